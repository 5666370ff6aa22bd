/* A random program that does what is hard to live again: `random_life SEED ROUNDS [MORE...]`.
   Each further number is another life, in the same process by execve. Nothing here waits for what
   another future could lack. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
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
#define MOST 8
#define ALTERNATE (64 * 1024)

volatile unsigned long long state;
volatile unsigned long words[64];
static volatile sig_atomic_t leaving;
static unsigned char *closed, *code;
static sigjmp_buf back;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static unsigned next(unsigned below) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(state >> 33) % below;
}

static void on_fault(int number, siginfo_t *info, void *context) {
    ucontext_t *frame = context;
    words[number & 63] += (unsigned long)info->si_code;
    if (number == SIGSEGV && (unsigned char *)info->si_addr >= closed && (unsigned char *)info->si_addr < closed + PAGE)
        mprotect(closed, PAGE, PROT_READ | PROT_WRITE);
    else if (number == SIGILL)
        frame->uc_mcontext.gregs[REG_RIP] += 2; // UD2
    else if (number == SIGFPE)
        frame->uc_mcontext.gregs[REG_RCX] = 1; // the divisor
    else if (number != SIGTRAP) {
        if (leaving)
            siglongjmp(back, number);
        _exit(9);
    }
}

static void on_signal(int number, siginfo_t *info, void *context) {
    words[number & 63] ^= words[(number + 1) & 63] + (unsigned long)info->si_code + 1;
    if (number == SIGUSR2 && words[12] % 3 == 0)
        raise(SIGUSR1);
}

static void *worker(void *argument) {
    unsigned long mine = (unsigned long)argument;
    for (int i = 0; i < 6; i++) {
        pthread_mutex_lock(&mutex);
        words[20 + mine] += i;
        pthread_mutex_unlock(&mutex);
        if (i == 3)
            sched_yield();
        for (volatile int k = 0; k < 40; k++)
            words[24 + mine] += k;
    }
    return 0;
}

static unsigned long deep(unsigned n) {
    volatile char room[700];
    room[n % sizeof room] = (char)n;
    return n ? deep(n - 1) + room[n % sizeof room] : 1;
}

static void strings(unsigned char *p, size_t size) {
    void *to = p + next((unsigned)size / 2), *from = p + next((unsigned)size / 2);
    unsigned long count = next((unsigned)size / 16);
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
    to = p;
    count = next((unsigned)size);
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(next(256)) : "memory");
    to = p;
    count = size;
    __asm__ volatile("repne scasb" : "+D"(to), "+c"(count) : "a"(0) : "memory", "cc");
    words[30] += count;
}

static void changing_code(void) {
    unsigned value = next(1u << 30);
    if (next(3) == 0)
        mprotect(code, PAGE, PROT_READ | PROT_WRITE);
    code[0] = 0xb8; // mov eax, value; ret
    memcpy(code + 1, &value, 4);
    code[5] = 0xc3;
    mprotect(code, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
    words[31] += ((unsigned (*)(void))code)();
    code[1] ^= 1;
    words[31] += ((unsigned (*)(void))code)();
}

static void files(int file, unsigned char *p, size_t size) {
    char text[200];
    struct iovec parts[2] = {{text, 50}, {text + 90, 70}};
    unsigned n = next(150);
    memset(text, (int)next(256), sizeof text);
    words[32] += pwrite(file, text, n, next(3000));
    lseek(file, next(2000), SEEK_SET);
    words[32] += readv(file, parts, 2) + text[3];
    if (p)
        words[33] += read(file, p + next(100), 64);
    unsigned char *view = mmap(0, PAGE, PROT_READ | (next(2) ? PROT_WRITE : 0), MAP_PRIVATE, file, 0);
    if (view != MAP_FAILED) {
        words[33] += view[next(PAGE)];
        munmap(view, PAGE);
    }
    errno = 0;
    if (close(open("/does/not/exist", O_RDONLY)))
        words[34] += errno;
}

static void child(void) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit((int)next(20));
    if (pid > 0)
        words[35] += waitpid(pid, &status, 0) > 0;
    words[35] += status;
}

static void instructions(void) {
    unsigned a = 1, b, c = 0, d;
    double x = next(1000) / 7.0;
    long double y = x;
    __asm__ volatile("rdtsc" : "=a"(a), "=d"(d));
    words[36] ^= a + d;
    __asm__ volatile("cpuid" : "=a"(a), "=b"(b), "+c"(c), "=d"(d) : "0"(1));
    words[36] += b ^ d;
    for (int i = 0; i < 5; i++)
        y = y * 1.0625L - x, x = x * 0.75 + (double)y;
    words[37] += (unsigned long)(long)(x * 100);
}

int main(int argc, char **argv) {
    unsigned char *places[MOST] = {0};
    size_t sizes[MOST] = {0};
    char name[] = "life";
    int pipes[2], file = memfd_create(name, 0), rounds = argc > 2 ? atoi(argv[2]) : 100;
    struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    stack_t alternate = {.ss_sp = malloc(ALTERNATE), .ss_size = ALTERNATE};
    struct itimerval often = {{0, 3000}, {0, 1000}};
    sigset_t set;
    pthread_t thread;

    state = argc > 1 ? strtoull(argv[1], 0, 10) : 1;
    sigaltstack(&alternate, 0);
    for (int i = 0; i < 5; i++)
        sigaction((int[]){SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP}[i], &fault, 0);
    for (int i = 0; i < 3; i++)
        sigaction((int[]){SIGUSR1, SIGUSR2, SIGALRM}[i], &action, 0);
    if (pipe2(pipes, O_NONBLOCK) || ftruncate(file, 3 * PAGE))
        return 1;
    closed = mmap(0, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    code = mmap(0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    setitimer(ITIMER_REAL, &often, 0);
    for (volatile int i = 0; i < rounds; i++) {
        unsigned slot = next(MOST);
        unsigned char *p = places[slot];
        words[0] = (unsigned long)i;
        switch (next(24)) {
        case 0:
        case 1:
            if (!p) {
                sizes[slot] = (1 + next(4)) * PAGE;
                places[slot] = mmap(0, sizes[slot], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            }
            break;
        case 2:
            if (p) {
                munmap(p, sizes[slot]);
                places[slot] = 0;
            }
            break;
        case 3:
            if (p) {
                mprotect(p, PAGE, next(2) ? PROT_READ : PROT_NONE);
                leaving = 1;
                if (!sigsetjmp(back, 1))
                    p[next(PAGE)] = 5;
                leaving = 0;
                mprotect(p, PAGE, PROT_READ | PROT_WRITE);
            }
            break;
        case 4:
            if (p) {
                unsigned char *moved = mremap(p, sizes[slot], sizes[slot] + PAGE, MREMAP_MAYMOVE);
                if (moved != MAP_FAILED)
                    places[slot] = moved, sizes[slot] += PAGE;
            }
            break;
        case 5:
            if (p)
                madvise(p, sizes[slot], MADV_DONTNEED);
            break;
        case 6:
            mprotect(closed, PAGE, PROT_NONE);
            closed[next(PAGE)]++;
            break;
        case 7:
            __asm__ volatile("ud2");
            break;
        case 8: {
            unsigned long q = next(1000), r = 0, divisor = next(2);
            __asm__ volatile("div %%rcx" : "+a"(q), "+d"(r), "+c"(divisor) : : "cc");
            words[38] += q + r;
            break;
        }
        case 9:
            __asm__ volatile("int3");
            break;
        case 10:
            raise(next(2) ? SIGUSR1 : SIGUSR2);
            break;
        case 11:
            sigemptyset(&set);
            sigaddset(&set, SIGUSR1);
            sigaddset(&set, SIGALRM);
            sigprocmask(SIG_BLOCK, &set, 0);
            raise(SIGUSR1);
            words[39] += next(50);
            sigprocmask(SIG_UNBLOCK, &set, 0);
            break;
        case 12:
            if (pthread_create(&thread, 0, worker, (void *)(unsigned long)next(4)) == 0) {
                for (volatile int k = 0; k < 60; k++)
                    words[40] += k;
                pthread_join(thread, 0);
            }
            break;
        case 13:
            child();
            break;
        case 14:
        case 15:
            files(file, p, sizes[slot]);
            break;
        case 16:
            changing_code();
            break;
        case 17:
            if (p)
                strings(p, sizes[slot]);
            break;
        case 18:
            words[41] += deep(next(60));
            break;
        case 19:
            instructions();
            break;
        case 20: {
            char text[64];
            int n = snprintf(text, sizeof text, "%lu %lu", words[next(64)], words[0]);
            words[42] += write(pipes[1], text, (size_t)n);
            words[42] += read(pipes[0], text, sizeof text) + text[0];
            break;
        }
        case 21: {
            struct timespec time = {0, 20000};
            nanosleep(&time, 0);
            clock_gettime(CLOCK_REALTIME, &time);
            words[43] ^= time.tv_nsec;
            break;
        }
        case 22: {
            char *end = sbrk(next(2) ? PAGE * 3 : -PAGE);
            if (end != (void *)-1 && next(2))
                words[44] += (unsigned long)sbrk(0);
            break;
        }
        default: {
            unsigned long drawn[2];
            if (syscall(SYS_getrandom, drawn, sizeof drawn, 0) > 0)
                words[45] ^= drawn[next(2)];
            void *block = malloc(next(30000) + 1);
            memset(block, (int)drawn[0], 8);
            free(block);
        }
        }
    }
    if (argc > 3) {
        char seed[32];
        setitimer(ITIMER_REAL, &(struct itimerval){0}, 0);
        snprintf(seed, sizeof seed, "%llu", state);
        argv[1] = seed;
        memmove(argv + 2, argv + 3, sizeof *argv * (size_t)(argc - 2));
        execv("/proc/self/exe", argv);
    }
    unsigned long total = 0;
    for (int i = 0; i < 64; i++)
        total = total * 31 + words[i];
    return (int)(total & 0x3f);
}
