// What the conformance guests share. A guest prints what it saw, in the same words every time.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define SKIP 77  // exit status: this kernel can't show it

// A line at once, so that processes and handlers can share the output.
__attribute__((format(printf, 1, 2), unused)) static void say(const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    line[n++] = '\n';
    if (write(1, line, n) != n)
        _exit(99);
}

// The name of a result: "0", "17", "EINTR".
__attribute__((unused)) static const char *result(long value) {
    static char text[4][24];
    static unsigned next;
    if (value == -1)
        return errno == 0 ? "-1" : strerrorname_np(errno);
    char *place = text[next++ % 4];
    snprintf(place, 24, "%ld", value);
    return place;
}

// Print what a call gave, by name: SAY(close(7)) prints "close(7) EBADF".
#define SAY(call) (errno = 0, say("%s %s", #call, result((long)(call))))

__attribute__((unused)) static void die(const char *what) {
    say("%s: %s", what, strerrorname_np(errno));
    exit(98);
}

__attribute__((unused)) static void handle(int signo, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    if (sigaction(signo, &action, 0))
        die("sigaction");
}

__attribute__((unused)) static sigset_t set_of(int first, ...) {
    sigset_t set;
    sigemptyset(&set);
    va_list numbers;
    va_start(numbers, first);
    for (int signo = first; signo; signo = va_arg(numbers, int))
        sigaddset(&set, signo);
    va_end(numbers);
    return set;
}

__attribute__((unused)) static void block(int signo) {
    sigset_t set = set_of(signo, 0);
    sigprocmask(SIG_BLOCK, &set, 0);
}

__attribute__((unused)) static void unblock(int signo) {
    sigset_t set = set_of(signo, 0);
    sigprocmask(SIG_UNBLOCK, &set, 0);
}

__attribute__((unused)) static void nap(int milliseconds) {
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    while (nanosleep(&left, &left) && errno == EINTR)
        ;
}

__attribute__((unused)) static long now(void) {  // milliseconds
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// How a child ended, in words.
__attribute__((unused)) static void say_status(const char *who, int status) {
    if (WIFEXITED(status))
        say("%s exited with %d", who, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        say("%s was killed by %s%s", who, sigabbrev_np(WTERMSIG(status)), WCOREDUMP(status) ? ", core" : "");
    else if (WIFSTOPPED(status))
        say("%s stopped by %s", who, sigabbrev_np(WSTOPSIG(status)));
    else
        say("%s continued", who);
}

// Wait until a thread sleeps in the kernel (state S in /proc), at most some seconds.
__attribute__((unused)) static void until_asleep(pid_t tid) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", tid);
    for (int i = 0; i < 2000; i++) {
        int fd = open(path, O_RDONLY);
        ssize_t n = read(fd, text, sizeof text - 1);
        close(fd);
        text[n < 0 ? 0 : n] = 0;
        char *end = strrchr(text, ')');
        if (end && (end[2] == 'S' || end[2] == 'T'))
            break;
        nap(2);
    }
    nap(3);
}
