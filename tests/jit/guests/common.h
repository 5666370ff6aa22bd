// What the guests of these tests share: handlers, memory for code, and a table of cases.
#ifndef COMMON_H
#define COMMON_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096
#define RWX (PROT_READ | PROT_WRITE | PROT_EXEC)

struct test {
    const char *name;
    void (*run)(long);
};

typedef void handler_t(int, siginfo_t *, void *);

static inline void install_masked(int signo, handler_t *handler, int flags, int blocked) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    sigemptyset(&action.sa_mask);
    if (blocked) sigaddset(&action.sa_mask, blocked);
    if (sigaction(signo, &action, 0)) abort();
}

static inline void install(int signo, handler_t *handler, int flags) { install_masked(signo, handler, flags, 0); }

static inline void *pages(size_t count, int protection) {
    void *got = mmap(0, count * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED) abort();
    return got;
}

static inline void tick_every(int microseconds) {
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &timer, 0);
}

static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static inline long reg_of(void *context, int number) {
    return ((ucontext_t *)context)->uc_mcontext.gregs[number];
}

// mov eax, value; ret
static inline void put_function(unsigned char *at, uint32_t value) {
    at[0] = 0xb8;
    memcpy(at + 1, &value, 4);
    at[5] = 0xc3;
}

static inline int call(void *code) { return ((int (*)(void))code)(); }

static inline int run_tests(const struct test *tests, int argc, char **argv) {
    setvbuf(stdout, 0, _IOLBF, 0);
    for (; tests->name; tests++)
        if (argc > 1 && !strcmp(tests->name, argv[1])) {
            tests->run(argc > 2 ? atol(argv[2]) : 0);
            return 0;
        }
    return 8;
}

#endif
