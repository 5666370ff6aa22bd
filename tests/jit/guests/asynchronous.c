// Signals that come at any time, to code that makes no system calls or waits in one.
#include "common.h"

static volatile long count, sum, bad;
static volatile double sent;
static volatile int finished;
static sigjmp_buf back;

static void note(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    count++;
}

static void leave(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    if (finished) return;
    count++;
    siglongjmp(back, 1);
}

// -- for (;;);
static void endless(long unused) {
    (void)unused;
    install(SIGALRM, leave, 0);
    tick_every(2000);
    if (sigsetjmp(back, 1) < 1 || count < 50) asm volatile("1: jmp 1b");
    finished = 1;
    puts("out of an endless loop 50 times");
}

// -- how long a signal takes, in processor time of the thread that gets it, and whether all arrive
static double latencies[200];
static clockid_t spinners_time;
static double spent(void) {
    struct timespec t;
    clock_gettime(spinners_time, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void arrived(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    if (count < 200) latencies[count] = spent() - sent;
    count++;
}

static pthread_t spinner;
static void *sender(void *unused) {
    (void)unused;
    for (int i = 0; i < 100; i++) {
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, 0);
        long before = count;
        sent = spent();
        pthread_kill(spinner, SIGUSR1);
        while (count == before) sched_yield();
    }
    finished = 1;
    return 0;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static __attribute__((noinline)) long step_a(long x) { return x * 3 + 1; }
static __attribute__((noinline)) long step_b(long x) { return x & 4 ? x ^ 0x55 : x + 9; }

static void latency(long unused) {
    (void)unused;
    install(SIGUSR1, arrived, 0);
    spinner = pthread_self();
    pthread_getcpuclockid(spinner, &spinners_time);
    pthread_t other;
    pthread_create(&other, 0, sender, 0);
    long x = 1;
    while (!finished) {  // linked blocks, calls and returns
        x = step_a(x);
        if (x & 1) x = step_b(x);
        else x >>= 1;
    }
    pthread_join(other, 0);
    qsort(latencies, 100, sizeof *latencies, by_size);
    printf("arrived %ld median below 20 ms: %d\n", count, latencies[50] < 0.020);
}

// -- ten thousand queued signals, in order, none lost
static long last = -1;
static void in_order(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)context;
    if (info->si_value.sival_int != last + 1) bad++;
    last = info->si_value.sival_int;
    sum += last;
    count++;
}

static void queued(long number) {
    install(SIGRTMIN + 3, in_order, 0);
    pid_t parent = getpid(), child = fork();
    if (!child) {
        for (int i = 0; i < number; i++)
            while (sigqueue(parent, SIGRTMIN + 3, (union sigval){.sival_int = i})) usleep(100);
        _exit(0);
    }
    long x = 1;
    while (count < number) x = step_b(step_a(x));
    int status;
    waitpid(child, &status, 0);
    printf("count %ld sum %ld out of order %ld child %d\n", count, sum, bad, status);
}

// -- handlers nested as masks say
static char trail[400];
static void nest(int signo, siginfo_t *info, void *context) {
    (void)info, (void)context;
    char text[40];
    int depth = (int)++count;
    sprintf(text, "%d[", signo);
    strcat(trail, text);
    if (signo == SIGUSR1 && depth < 4) {
        raise(SIGUSR2);  // blocked here: after we return
        raise(SIGHUP);  // not blocked: now
    }
    if (signo == SIGHUP && depth < 4) raise(SIGUSR1);
    strcat(trail, "]");
}

static void nested(long unused) {
    (void)unused;
    for (int i = 0; i < 200; i++) {
        trail[0] = 0;
        count = 0;
        install_masked(SIGUSR1, nest, SA_NODEFER, SIGUSR2);
        install(SIGUSR2, nest, 0);
        install_masked(SIGHUP, nest, 0, SIGALRM);
        raise(SIGUSR1);
        if (i % 50 == 0) puts(trail);
    }
}

// -- the handler ends the loop by changing a register, or goes on elsewhere
extern char in_loop[], after_loop[];
static int how;
static void change(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info;
    ucontext_t *u = context;
    char *rip = (char *)u->uc_mcontext.gregs[REG_RIP];
    if (rip < in_loop || rip >= after_loop) return;
    count++;
    if (how) u->uc_mcontext.gregs[REG_RIP] = (long)after_loop;
    else u->uc_mcontext.gregs[REG_R12] = 1;
}

static void context(long unused) {
    (void)unused;
    install(SIGALRM, change, 0);
    tick_every(1500);
    for (int i = 0; i < 40; i++) {
        how = i & 1;
        asm volatile("xor %%r12d, %%r12d\n in_loop: nop\n test %%r12, %%r12\n jz in_loop\n after_loop: nop\n" ::: "r12", "cc");
    }
    tick_every(0);
    printf("at least 40: %d\n", count >= 40);
}

// -- the registers that a handler sees belong to the very instruction it is told of
extern char place_0[], place_1[], place_2[], place_3[], place_3_end[], place_4[], place_5[];
static void examine(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info;
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    char *rip = (char *)r[REG_RIP];
    long expected;
    if (rip < place_0 || rip > place_5) return;
    count++;
    if (rip == place_0) expected = 0;
    else if (rip == place_1) expected = 1;
    else if (rip == place_2) expected = 3;
    else if (rip == place_3) expected = 3;
    else if (rip == place_3_end) expected = 3;
    else if (rip == place_4) expected = 7;
    else if (rip == place_5) expected = 0;
    else {
        bad++;
        return;
    }
    // rbx - r13 tells where the loop is; the pushed value and the flags follow
    if (r[REG_RBX] - r[REG_R13] != expected) bad++;
    if (r[REG_R14] != ~r[REG_R13]) bad++;
    if (rip == place_3 && *(long *)r[REG_RSP] != r[REG_RBX]) bad++;
    if (rip == place_1 && (r[REG_EFL] & 1) == (r[REG_R13] & 1)) bad++;
}

static void exact(long unused) {
    (void)unused;
    install(SIGALRM, examine, 0);
    tick_every(700);
    double end = now() + 0.6;
    while (now() < end || count <= 5)
        asm volatile("mov $200000, %%ecx\n xor %%ebx, %%ebx\n xor %%r13d, %%r13d\n mov $-1, %%r14\n"
                     "lea -256(%%rsp), %%rsp\n bt $0, %%r13d\n cmc\n"
                     "place_0: lea 1(%%rbx), %%rbx\n"
                     "place_1: lea 2(%%rbx), %%rbx\n"
                     "place_2: push %%rbx\n"
                     "place_3: lea 8(%%rsp), %%rsp\n"
                     "place_3_end: lea 4(%%rbx), %%rbx\n"
                     "place_4: lea -7(%%rbx), %%rbx\n"
                     "place_5: dec %%ecx\n bt $0, %%r13d\n cmc\n jecxz 9f\n jmp place_0\n"
                     "9: lea 256(%%rsp), %%rsp\n" ::: "rcx", "rbx", "r13", "r14", "cc", "memory");
    tick_every(0);
    printf("some examined %d\n", count > 5);
}

// -- flags survive signals, calls and returns
static void clobber(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    count++;
    asm volatile("xor %%eax, %%eax\n cmp $1, %%eax\n sub %%rcx, %%rcx\n" ::: "rax", "rcx", "cc");
}

static void flags(long unused) {
    (void)unused;
    install(SIGALRM, clobber, 0);
    tick_every(1000);
    double end = now() + 0.4;
    long wrong = 0, rounds = 0;
    while (now() < end || count == 0 || rounds <= 100)
        for (unsigned i = 0; i < 64; i++) {
            long wanted = (i & 1) | (i & 2) << 1 | (i & 4) << 2 | (i & 8) << 3 | (i & 16) << 3 | (i & 32) << 6, got;
            asm volatile("lea -128(%%rsp), %%rsp\n mov $40, %%ecx\n push %1\n popf\n jmp 3f\n"
                         "1: lea (%%rdx), %%rdx\n ret\n"
                         "2: call 1b\n jmp *%%r8\n"
                         "3: lea 4f(%%rip), %%r8\n jmp 2b\n"
                         "4: lea -1(%%rcx), %%rcx\n call 1b\n lea 5f(%%rip), %%r8\n push %%r8\n ret\n"
                         "5: jrcxz 6f\n jmp 3b\n"
                         "6: pushf\n pop %0\n lea 128(%%rsp), %%rsp"
                         : "=r"(got) : "r"(wanted | 2) : "rcx", "rdx", "r8", "cc", "memory");
            wrong += (got & 0x8d5) != wanted;
            rounds++;
        }
    tick_every(0);
    printf("wrong %ld some %d interrupted %d\n", wrong, rounds > 100, count > 0);
}

// -- in a blocked system call
static int ends[2];
static void child_interrupts(int times) {
    if (!fork()) {
        for (int i = 0; i < times; i++) usleep(20000), kill(getppid(), SIGUSR1);
        _exit(0);
    }
}

static void blocked(long unused) {
    (void)unused;
    char byte;
    if (pipe(ends)) exit(9);
    install(SIGUSR1, note, 0);
    for (int i = 0; i < 5; i++) {
        child_interrupts(1);
        double start = now();
        long n = read(ends[0], &byte, 1);
        int error = errno;
        printf("read %ld errno %d soon %d\n", n, error, now() - start < 60);
        wait(0);
        child_interrupts(1);
        struct timespec t = {100, 0}, left = {0, 0};
        n = nanosleep(&t, &left);
        printf("nanosleep %ld errno %d left %d\n", n, errno, left.tv_sec >= 40);
        wait(0);
    }
    printf("handled %ld\n", count);
}

// -- out of the handler by siglongjmp, again and again, from the middle of linked code
static void jumping(long unused) {
    (void)unused;
    install(SIGALRM, leave, 0);
    tick_every(500);
    volatile long x = 1;
    sigsetjmp(back, 1);
    while (count < 300) x = step_b(step_a(x));
    finished = 1;
    puts("jumped out 300 times");
}

// -- a long repeated move with signals
static void repeated(long unused) {
    (void)unused;
    size_t size = 24 << 20;
    char *from = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *to = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < size; i += 8) *(long *)(from + i) = i * 0x9e3779b97f4a7c15;
    install(SIGALRM, note, 0);
    tick_every(300);
    for (int i = 0; i < 400 && (i < 4 || count < 20); i++) {
        memset(to, i, 64);
        void *d = to, *s = from;
        long n = size;
        asm volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
        if (n || d != to + size || s != from + size) puts("wrong registers");
    }
    tick_every(0);
    printf("same %d interrupted %d\n", !memcmp(from, to, size), count > 5);
}

// -- a stack pointer that points nowhere, with handlers on the alternate stack
static char altstack[65536];
static void on_altstack(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info;
    ucontext_t *u = context;
    char here;
    if (&here < altstack || &here >= altstack + sizeof altstack) bad++;
    if (u->uc_mcontext.gregs[REG_RSP] != 0x1230) bad++;
    u->uc_mcontext.gregs[REG_R12] = 1;
    count++;
}

static void wild_stack(long unused) {
    (void)unused;
    stack_t stack = {.ss_sp = altstack, .ss_size = sizeof altstack};
    sigaltstack(&stack, 0);
    install(SIGALRM, on_altstack, SA_ONSTACK);
    for (int i = 0; i < 30; i++) {
        struct itimerval timer = {{0, 0}, {0, 1500}};
        long number = SYS_setitimer;
        // made in here, so that the signal comes after R12 and RSP are set, however late this thread runs
        asm volatile("mov %%rsp, %%r13\n mov $0x1230, %%esp\n xor %%r12d, %%r12d\n xor %%edx, %%edx\n syscall\n"
                     "1: lea 1(%%rbx), %%rbx\n test %%r12, %%r12\n jz 1b\n mov %%r13, %%rsp"
                     : "+a"(number) : "D"(ITIMER_REAL), "S"(&timer)
                     : "rcx", "rdx", "r11", "r12", "r13", "rbx", "cc", "memory");
    }
    printf("count %ld bad %ld\n", count, bad);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        {"endless", endless}, {"latency", latency}, {"queued", queued}, {"nested", nested}, {"context", context},
        {"exact", exact}, {"flags", flags}, {"blocked", blocked}, {"jumping", jumping}, {"repeated", repeated},
        {"wild-stack", wild_stack}, {0, 0}};
    int status = run_tests(tests, argc, argv);
    return bad ? 7 : status;
}
