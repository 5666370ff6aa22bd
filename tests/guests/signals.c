// What signal handlers see and do. argv[1] names the case.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile int count;
static volatile sig_atomic_t seen[65];
static char altstack[65536];

static void say(const char *text) {
    if (write(1, text, strlen(text)) < 0)
        _exit(9);
}

static void install(int signo, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    sigaction(signo, &action, 0);
}

static void note(int signo, siginfo_t *info, void *context) {
    (void)info, (void)context;
    seen[signo]++;
    count++;
}

static void print_mask(const char *what) {
    sigset_t set;
    sigprocmask(SIG_BLOCK, 0, &set);
    printf("%s:", what);
    for (int i = 1; i < 65; i++)
        if (sigismember(&set, i) == 1)
            printf(" %d", i);
    puts("");
}

// -- basic
static void show(int signo, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    printf("handler %d code %d pid is mine %d value %d\n", signo, info->si_code, info->si_pid == getpid(),
           info->si_code == SI_QUEUE ? info->si_value.sival_int : 0);
    print_mask("in handler");
    printf("link %p flags of stack %d aligned %ld\n", (void *)u->uc_link, u->uc_stack.ss_flags,
           ((long)__builtin_frame_address(0) & 15));
}

static void basic(void) {
    // the kernel keeps a stack's flags over execve: whoever has started us may have left some
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, 0);
    struct sigaction action = {.sa_sigaction = show, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &action, 0);
    raise(SIGUSR1);
    print_mask("after");
    union sigval value = {.sival_int = 4711};
    sigqueue(getpid(), SIGUSR1, value);
    kill(getpid(), SIGUSR1);
    struct sigaction old;
    sigaction(SIGUSR1, 0, &old);
    printf("same handler %d flags %#x mask has USR2 %d\n", old.sa_sigaction == show,
           old.sa_flags & ~0x04000000, sigismember(&old.sa_mask, SIGUSR2));
}

// -- nodefer, resethand
static void deep(int signo, siginfo_t *info, void *context) {
    (void)info, (void)context;
    printf("depth %d\n", ++count);
    if (count < 3)
        raise(signo);
    printf("leaving %d\n", count--);
}

static void nesting(void) {
    install(SIGUSR1, deep, SA_NODEFER);
    raise(SIGUSR1);
    install(SIGUSR2, note, SA_RESETHAND);
    raise(SIGUSR2);
    struct sigaction old;
    sigaction(SIGUSR2, 0, &old);
    printf("reset %d\n", old.sa_handler == SIG_DFL);
}

// -- pending signals are delivered in the kernel's order when unblocked
static void order(int signo, siginfo_t *info, void *context) {
    (void)context;
    printf("got %d value %d\n", signo, info->si_code == SI_QUEUE ? info->si_value.sival_int : -1);
}

static void pending(void) {
    int all[] = {SIGUSR1, SIGUSR2, SIGRTMIN, SIGRTMIN + 1};
    sigset_t set, waiting;
    sigemptyset(&set);
    for (int i = 0; i < 4; i++) {
        struct sigaction action = {.sa_sigaction = order, .sa_flags = SA_SIGINFO};
        sigfillset(&action.sa_mask);
        sigaction(all[i], &action, 0);
        sigaddset(&set, all[i]);
    }
    sigprocmask(SIG_BLOCK, &set, 0);
    kill(getpid(), SIGUSR2);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 3; i++) {
        union sigval value = {.sival_int = i};
        sigqueue(getpid(), SIGRTMIN, value);
    }
    sigpending(&waiting);
    for (int i = 1; i < 65; i++)
        if (sigismember(&waiting, i) == 1)
            printf("pending %d\n", i);
    sigprocmask(SIG_UNBLOCK, &set, 0);
    puts("unblocked");
}

// -- altstack
static void where(int signo, siginfo_t *info, void *context) {
    (void)info;
    char here;
    ucontext_t *u = context;
    stack_t now;
    sigaltstack(0, &now);
    printf("signal %d on altstack %d flags %d saved size %zu\n", signo,
           &here >= altstack && &here < altstack + sizeof altstack, now.ss_flags, u->uc_stack.ss_size);
    stack_t other = {.ss_sp = altstack, .ss_size = sizeof altstack};
    printf("change inside: %d", sigaltstack(&other, 0));
    printf(" errno %d\n", errno);
    if (signo == SIGUSR1)
        raise(SIGUSR2);
}

static void alternate(void) {
    stack_t small = {.ss_sp = altstack, .ss_size = 100}, old;
    errno = 0;
    printf("too small: %d", sigaltstack(&small, 0));
    printf(" errno %d\n", errno);
    stack_t stack = {.ss_sp = altstack, .ss_size = sizeof altstack};
    sigaltstack(&stack, 0);
    sigaltstack(0, &old);
    printf("size %zu flags %d\n", old.ss_size, old.ss_flags);
    install(SIGUSR1, where, SA_ONSTACK);
    install(SIGUSR2, where, SA_ONSTACK);
    install(SIGHUP, where, 0);
    raise(SIGUSR1);
    raise(SIGHUP);
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, 0);
    raise(SIGUSR1);
}

// -- stack overflow, seen on the alternate stack
static sigjmp_buf out;
static void overflowed(int signo, siginfo_t *info, void *context) {
    (void)info, (void)context;
    printf("overflow: signal %d\n", signo);
    siglongjmp(out, 1);
}

static int recurse(int n) {
    volatile char room[1000];
    room[0] = (char)n;
    if (n < 0)
        return 0;
    return recurse(n + 1) + room[0];
}

static void overflow(void) {
    stack_t stack = {.ss_sp = altstack, .ss_size = sizeof altstack};
    sigaltstack(&stack, 0);
    install(SIGSEGV, overflowed, SA_ONSTACK);
    if (!sigsetjmp(out, 1))
        printf("%d\n", recurse(0));
    else
        puts("back");
}

// -- the handler changes the interrupted context
static void edit(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info;
    ucontext_t *u = context;
    u->uc_mcontext.gregs[REG_RIP] += 2;
    u->uc_mcontext.gregs[REG_RBX] = 0xfeed;
    u->uc_mcontext.gregs[REG_EFL] |= 1;
    double value = 2.5;
    memcpy(&u->uc_mcontext.fpregs->_xmm[3], &value, 8);
    sigaddset(&u->uc_sigmask, SIGHUP);
}

static void context(void) {
    install(SIGILL, edit, 0);
    long rbx, carry;
    double value;
    asm volatile("clc\n ud2\n sbb %1, %1\n movq %%xmm3, %2\n mov %%rbx, %0"
                 : "=r"(rbx), "=r"(carry), "=m"(value) :: "rbx", "xmm3", "cc");
    printf("rbx %lx carry %ld value %g\n", rbx, carry, value);
    print_mask("after");
}

// -- registers, flags and the red zone survive asynchronous signals
static void clobber(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    count++;
    asm volatile("pcmpeqd %%xmm0, %%xmm0\n movdqa %%xmm0, %%xmm7\n movdqa %%xmm0, %%xmm15\n fld1\n fstp %%st\n"
                 "mov $-1, %%rax\n mov %%rax, %%rcx\n mov %%rax, %%r11\n cld\n"
                 ::: "xmm0", "xmm7", "xmm15", "rax", "rcx", "r11");
}

static void storm(void) {
    install(SIGALRM, clobber, SA_RESTART);
    struct itimerval timer = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &timer, 0);
    long bad = 0;
    for (long i = 0; count < 50; i++) {
        long result;
        asm volatile(
            "movq %1, %%xmm7\n movq %%xmm7, -8(%%rsp)\n movq %1, %%xmm15\n"
            "mov %1, %%rcx\n mov %1, %%r11\n mov %1, -100(%%rsp)\n cmp %%rax, %%rax\n"
            "mov $200, %%edx\n 1: lea -1(%%rdx), %%rdx\n lea (%%rcx), %%rcx\n xchg %%rdx, %%rax\n xchg %%rdx, %%rax\n"
            "jnz 2f\n test %%rdx, %%rdx\n jz 3f\n cmp %%rax, %%rax\n jmp 1b\n"
            "2: mov $1, %0\n jmp 4f\n"
            "3: xor %0, %0\n movq %%xmm7, %%rax\n sub %1, %%rax\n or %%rax, %0\n"
            "movq %%xmm15, %%rax\n sub %1, %%rax\n or %%rax, %0\n sub %1, %%rcx\n or %%rcx, %0\n"
            "sub %1, %%r11\n or %%r11, %0\n mov -100(%%rsp), %%rax\n sub %1, %%rax\n or %%rax, %0\n"
            "mov -8(%%rsp), %%rax\n sub %1, %%rax\n or %%rax, %0\n 4:\n"
            : "=&r"(result) : "r"(i) : "rax", "rcx", "rdx", "r11", "xmm7", "xmm15", "cc", "memory");
        bad += result != 0;
    }
    printf("bad %ld\n", bad);
}

// -- a signal while a call waits
static void *send_later(void *signo) {
    struct timespec t = {0, 50000000};
    nanosleep(&t, 0);
    kill(getpid(), (int)(long)signo);
    return 0;
}

static void child_sends(int signo, int times) {
    if (!fork()) {
        for (int i = 0; i < times; i++)
            usleep(60000), kill(getppid(), signo);
        _exit(0);
    }
}

static void interrupted(void) {
    int ends[2];
    char byte;
    if (pipe(ends))
        exit(9);
    install(SIGUSR1, note, 0);
    child_sends(SIGUSR1, 1);
    long n = read(ends[0], &byte, 1);
    printf("read %ld errno %d handled %d\n", n, errno, count);
    wait(0);
    struct timespec t = {5, 0}, left;
    child_sends(SIGUSR1, 1);
    n = nanosleep(&t, &left);
    printf("nanosleep %ld errno %d left %d handled %d\n", n, errno, left.tv_sec == 4, count);
    wait(0);
    child_sends(SIGUSR1, 1);
    n = pause();
    printf("pause %ld errno %d handled %d\n", n, errno, count);
    wait(0);
}

static void send_byte(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    say("handler\n");
    if (++count == 2 && write(*(int *)seen, "x", 1) < 0)
        _exit(9);
}

static void restarted(void) {
    int ends[2];
    char byte;
    if (pipe(ends))
        exit(9);
    *(int *)seen = ends[1];
    install(SIGUSR1, send_byte, SA_RESTART);
    child_sends(SIGUSR1, 2);
    long n = read(ends[0], &byte, 1);
    printf("read %ld handled %d\n", n, count);
    int status;
    n = wait(&status);
    printf("wait %d status %d\n", n > 0, status);
}

// -- sigsuspend, sigtimedwait, ppoll
static void waiting(void) {
    sigset_t block, none;
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigemptyset(&none);
    sigprocmask(SIG_BLOCK, &block, 0);
    install(SIGUSR1, note, 0);
    raise(SIGUSR1);
    printf("before %d\n", count);
    int n = sigsuspend(&none);
    printf("sigsuspend %d errno %d handled %d\n", n, errno, count);
    print_mask("after");
    siginfo_t info;
    struct timespec soon = {0, 20000000};
    n = sigtimedwait(&block, &info, &soon);
    printf("sigtimedwait %d errno %d\n", n, errno);
    raise(SIGUSR1);
    n = sigwaitinfo(&block, &info);
    printf("sigwaitinfo %d code %d handled %d\n", n, info.si_code, count);
    child_sends(SIGUSR1, 1);
    n = sigsuspend(&none);
    printf("sigsuspend %d errno %d handled %d\n", n, errno, count);
    print_mask("after");
    wait(0);
}

// -- ends by signals
static void *thread_raises(void *unused) {
    (void)unused;
    sleep(1);
    return 0;
}

static void killed(int signo) {
    pthread_t thread;
    pthread_create(&thread, 0, thread_raises, 0);
    raise(signo);
    puts("still here");
}

// -- directed at threads
static volatile int ready;
static pthread_t target;
static void which(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    say(pthread_equal(pthread_self(), target) ? "target\n" : "other\n");
    count++;
}

static void *spin(void *unused) {
    (void)unused;
    ready = 1;
    for (volatile long i = 0; count == 0; i++)
        ;
    ready = 2;
    while (count == 1)
        usleep(1000);
    return 0;
}

static void threads(void) {
    install(SIGUSR1, which, 0);
    pthread_create(&target, 0, spin, 0);
    while (!ready)
        ;
    pthread_kill(target, SIGUSR1);
    while (ready != 2)
        ;
    pthread_kill(target, SIGUSR1);
    pthread_join(target, 0);
    printf("handled %d\n", count);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, 0);
    pthread_t sender;
    pthread_create(&sender, 0, send_later, (void *)SIGUSR2);
    int got;
    sigwait(&set, &got);
    printf("sigwait %d\n", got);
    pthread_join(sender, 0);
}

// -- single steps: one trap after each instruction while TF is set
extern char first_step[];
static long places[40];
static void step(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info;
    if (count < 40)
        places[count++] = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] - (long)first_step;
}

static void steps(void) {
    install(SIGTRAP, step, 0);
    asm volatile("mov $39, %%eax\n pushf\n orl $0x100, (%%rsp)\n popf\n"
                 "first_step: nop\n inc %%ecx\n push %%rdx\n pop %%rdx\n syscall\n jmp 1f\n nop\n1: xchg %%rcx, %%rdx\n"
                 "pushf\n andl $~0x100, (%%rsp)\n popf\n nop\n nop" ::: "rax", "rcx", "rdx", "r11", "cc", "memory");
    for (int i = 0; i < count; i++)
        printf(" %ld", places[i]);
    puts("");
}

// -- a signal reaches a loop without system calls
static void spinning(void) {
    install(SIGALRM, note, 0);
    alarm(1);
    while (!count)
        ;
    puts("out of the loop");
}

int main(int argc, char **argv) {
    const char *name = argv[1];
    setvbuf(stdout, 0, _IONBF, 0);
    if (!strcmp(name, "basic")) basic();
    else if (!strcmp(name, "nesting")) nesting();
    else if (!strcmp(name, "pending")) pending();
    else if (!strcmp(name, "alternate")) alternate();
    else if (!strcmp(name, "overflow")) overflow();
    else if (!strcmp(name, "context")) context();
    else if (!strcmp(name, "storm")) storm();
    else if (!strcmp(name, "interrupted")) interrupted();
    else if (!strcmp(name, "restarted")) restarted();
    else if (!strcmp(name, "waiting")) waiting();
    else if (!strcmp(name, "threads")) threads();
    else if (!strcmp(name, "spinning")) spinning();
    else if (!strcmp(name, "steps")) steps();
    else if (!strcmp(name, "killed") && argc > 2) killed(atoi(argv[2]));
    else return 8;
    return 0;
}
