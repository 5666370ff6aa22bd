// Many threads, forks and execve in the middle of translated code.
#include "common.h"

static __attribute__((noinline)) long mix(long x) { return x * 0x5851f42d4c957f2d + 0x14057b7ef767814f; }
static __attribute__((noinline)) long turn(long x) { return (x >> 13) ^ (x << 7); }

static void *chain(void *start) {
    long x = (long)start;
    for (int i = 0; i < 3000; i++) {
        x = mix(x);
        if (x & 32) x = turn(x);
        else x ^= i;
    }
    return (void *)x;
}

// -- three hundred threads run the same code
static void shared(long unused) {
    (void)unused;
    pthread_t threads[300];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 65536);
    for (long i = 0; i < 300; i++)
        if (pthread_create(&threads[i], &attributes, chain, (void *)i)) exit(9);
    long sum = 0;
    for (int i = 0; i < 300; i++) {
        void *result;
        pthread_join(threads[i], &result);
        sum ^= (long)result;
    }
    long expected = 0;
    for (long i = 0; i < 300; i++) expected ^= (long)chain((void *)i);
    printf("same %d\n", sum == expected);
}

// -- a thread that always comes to new code, while others fork
static volatile int stop;
static unsigned char *buffer;
static void *translator(void *where) {
    unsigned char *at = where;
    long sum = 0;
    for (uint32_t i = 0; !stop; i++) {
        unsigned char *function = at + (i & 511) * 16;
        put_function(function, i);
        if (call(function) != (int)i) sum++;
        put_function(function + 6, i + 1);
        if (call(function + 6) != (int)i + 1) sum++;
    }
    return (void *)sum;
}

static void forks(long times) {
    buffer = pages(8, RWX);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, translator, buffer + i * 4 * PAGE);
    unsigned char *mine = pages(1, RWX);
    long good = 0;
    for (long i = 0; i < times; i++) {
        put_function(mine, (uint32_t)i);
        pid_t child = fork();
        if (!child) {
            int result = call(mine);
            put_function(mine, (uint32_t)result + 1);
            unsigned char *fresh = pages(1, RWX);
            put_function(fresh, 100);
            _exit((call(mine) + call(fresh)) & 127);
        }
        int status;
        waitpid(child, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == ((i + 101) & 127);
    }
    stop = 1;
    for (int i = 0; i < 2; i++) {
        void *result;
        pthread_join(threads[i], &result);
        good += (long)result * 1000;
    }
    printf("good %ld\n", good);
}

// -- execve while other threads run and translate
static void *spin(void *unused) {
    (void)unused;
    for (;;) asm volatile("");
    return 0;
}

static char *self;
static void again(long times) {
    printf("%ld\n", times);
    if (times <= 0) return;
    buffer = pages(8, RWX);
    pthread_t thread;
    for (int i = 0; i < 2; i++) pthread_create(&thread, 0, translator, buffer + i * 4 * PAGE);
    pthread_create(&thread, 0, spin, 0);
    usleep(5000);
    char number[20];
    sprintf(number, "%ld", times - 1);
    execl(self, self, "again", number, (char *)0);
    exit(9);
}

// -- signals to many spinning threads
static volatile long handled;
static void count_signal(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info, (void)context;
    __atomic_add_fetch(&handled, 1, __ATOMIC_RELAXED);
}

static void *spin_until(void *unused) {
    (void)unused;
    long x = 1;
    while (!stop) x = turn(mix(x));
    return (void *)(x | 1);
}

static void signals(long unused) {
    (void)unused;
    install(SIGUSR1, count_signal, 0);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], 0, spin_until, 0);
    long sent = 0;
    for (int round = 0; round < 10; round++)
        for (int i = 0; i < 3; i++) {
            long before = handled;
            pthread_kill(threads[i], SIGUSR1);
            sent++;
            while (handled == before) sched_yield();
        }
    stop = 1;
    for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
    printf("sent %ld handled %ld\n", sent, handled);
}

// -- a thread with hardly any stack, at a high address, that is signalled while it spins
struct tiny {
    volatile int ready, go;
    long result;
};

static int on_tiny_stack(void *argument) {
    struct tiny *t = argument;
    t->ready = 1;
    long x = 1;
    while (!t->go) x = turn(mix(x));
    t->result = (long)chain((void *)5);
    t->ready = 2;
    syscall(SYS_exit, 0);
    return 0;
}

static void tiny(long unused) {
    (void)unused;
    for (long address = 0x7e0000000000; address > 0x100000000000; address >>= 2) {
        char *stack = mmap((void *)address, 2 * PAGE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (stack == MAP_FAILED) exit(9);
        static struct tiny t;
        memset(&t, 0, sizeof t);
        volatile int tid = 0;
        // the lower page is the guard
        mprotect(stack, PAGE, PROT_NONE);
        int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM
                    | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
        if (clone(on_tiny_stack, stack + 2 * PAGE, flags, &t, &tid, 0, &tid) < 0) exit(9);
        while (t.ready < 1) sched_yield();
        t.go = 1;
        while (t.ready < 2 || tid) sched_yield();
        printf("%d\n", t.result == (long)chain((void *)5));
        munmap(stack, 2 * PAGE);
    }
}

// -- threads that come and go, each with its own thread-local storage
static __thread long local = 3;
static void *uses_local(void *n) {
    for (long i = 0; i < 1000; i++) local = mix(local) + (long)n;
    return (void *)local;
}

static void locals(long unused) {
    (void)unused;
    long sum = 0;
    for (int i = 0; i < 100; i++) {
        pthread_t a, b;
        void *x, *y;
        pthread_create(&a, 0, uses_local, (void *)(long)i);
        pthread_create(&b, 0, uses_local, (void *)(long)i);
        pthread_join(a, &x);
        pthread_join(b, &y);
        sum += x == y;
    }
    printf("same %ld untouched %ld\n", sum, local);
}

// -- a thread that maps and unmaps below everything else, while another passes pointers
static void *mapper(void *unused) {
    while (!stop) {
        char *area = pages(3, PROT_READ | PROT_WRITE);
        mprotect(area + PAGE, PAGE, PROT_READ);
        munmap(area, 3 * PAGE);
    }
    return unused;
}

static void maps(long times) {
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, mapper, 0);
    long good = 0, length;
    void *head;
    for (long i = 0; i < times; i++) good += syscall(SYS_get_robust_list, 0, &head, &length) == 0;
    stop = 1;
    for (int i = 0; i < 2; i++) pthread_join(threads[i], 0);
    printf("good %ld\n", good);
}

int main(int argc, char **argv) {
    self = argv[0];
    static const struct test tests[] = {{"shared", shared}, {"forks", forks}, {"again", again},
                                        {"signals", signals}, {"tiny", tiny}, {"locals", locals}, {"maps", maps}, {0, 0}};
    return run_tests(tests, argc, argv);
}
