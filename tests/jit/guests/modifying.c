// Code that is written while it runs, in every way that there is to write it.
#include "common.h"

static sigjmp_buf back;
static volatile long faults;

static void caught(int signo, siginfo_t *info, void *context) {
    (void)context;
    faults++;
    printf("signal %d code %d address is rip %d\n", signo, info->si_code,
           (long)info->si_addr == reg_of(context, REG_RIP));
    siglongjmp(back, 1);
}

// -- the next instruction of the same block
static void next(long times) {
    // f(edi): mov byte [rip + next's immediate], dil; mov eax, 0; ret
    static const unsigned char code[] = {0x40, 0x88, 0x3d, 1, 0, 0, 0, 0xb8, 0, 0, 0, 0, 0xc3};
    unsigned char *at = pages(1, RWX);
    memcpy(at, code, sizeof code);
    long sum = 0;
    for (long i = 0; i < times; i++) sum += ((int (*)(int))at)((int)i & 127) == (i & 127);
    printf("right %ld\n", sum);
}

// -- a loop whose body counts its own immediate up
static void loop(long times) {
    // mov ecx, edi; xor eax, eax; 1: add eax, 1; inc byte [rip - add's immediate]; dec ecx; jnz 1b; ret
    static const unsigned char code[] = {0x89, 0xf9, 0x31, 0xc0, 0x83, 0xc0, 1,    0xfe, 0x05,
                                         0xf9, 0xff, 0xff, 0xff, 0xff, 0xc9, 0x75, 0xf3, 0xc3};
    unsigned char *at = pages(1, RWX);
    memcpy(at, code, sizeof code);
    long sum = 0;
    for (long i = 0; i < times; i++) {
        at[6] = 1;
        sum += ((int (*)(int))at)(100);
    }
    printf("sum %ld\n", sum);
}

// -- code in another page, called again at once
static void other(long times) {
    unsigned char *at = pages(4, RWX);
    long sum = 0;
    for (long i = 0; i < times; i++) {
        put_function(at + PAGE * (i & 3), (uint32_t)i);
        sum += call(at + PAGE * (i & 3));
    }
    printf("sum %ld\n", sum);
}

// -- one file mapped twice, written by one name and run by the other
static int two_views(unsigned char **writable, unsigned char **runs, int kind) {
    int fd = memfd_create("code", 0);
    if (fd < 0 || ftruncate(fd, 2 * PAGE)) exit(9);
    *writable = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    *runs = mmap(0, 2 * PAGE, PROT_READ | PROT_EXEC | kind, MAP_SHARED, fd, 0);
    if (*writable == MAP_FAILED || *runs == MAP_FAILED) exit(9);
    return fd;
}

static void aliased(long times) {
    unsigned char *w, *x;
    two_views(&w, &x, 0);
    long sum = 0;
    for (long i = 0; i < times; i++) {
        put_function(w + 64 * (i & 7), (uint32_t)i);
        sum += call(x + 64 * (i & 7));
    }
    two_views(&w, &x, PROT_WRITE);  // both are writable
    for (long i = 0; i < times; i++) {
        put_function(i & 1 ? x : w, (uint32_t)i);
        sum += call(x);
    }
    printf("sum %ld\n", sum);
}

// -- the shared anonymous page that a child writes
static void by_another_process(long times) {
    unsigned char *at = mmap(0, PAGE, RWX, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int there[2], back_[2];
    if (pipe(there) || pipe(back_)) exit(9);
    put_function(at, 7);
    long sum = call(at);
    char byte = 0;
    if (!fork()) {
        for (long i = 0; i < times; i++) {
            put_function(at, (uint32_t)i * 3);
            if (write(there[1], &byte, 1) != 1 || read(back_[0], &byte, 1) != 1) _exit(1);
        }
        _exit(0);
    }
    for (long i = 0; i < times; i++) {
        if (read(there[0], &byte, 1) != 1) exit(9);
        sum += call(at);
        if (write(back_[1], &byte, 1) != 1) exit(9);
    }
    printf("sum %ld\n", sum);
}

// -- by system calls that write to memory
static void by_calls(long times) {
    unsigned char *at = pages(1, RWX), function[6], *w, *x;
    int ends[2], fd = two_views(&w, &x, 0);
    if (pipe(ends)) exit(9);
    long sum[5] = {0};
    for (long i = 0; i < times; i++) {
        put_function(function, (uint32_t)i);
        if (write(ends[1], function, 6) != 6 || read(ends[0], at, 6) != 6) exit(9);
        sum[0] += call(at);
        put_function(function, (uint32_t)i + 1);
        struct iovec from = {function, 6}, to = {at, 6};
        if (process_vm_writev(getpid(), &from, 1, &to, 1, 0) != 6) exit(9);
        sum[1] += call(at);
        put_function(function, (uint32_t)i + 2);
        if (pwrite(fd, function, 6, 0) != 6) exit(9);
        sum[2] += call(x);
        put_function(function, (uint32_t)i + 3);
        struct iovec parts[2] = {{at, 3}, {at + 3, 3}};
        if (write(ends[1], function, 6) != 6 || readv(ends[0], parts, 2) != 6) exit(9);
        sum[3] += call(at);
        put_function(function, (uint32_t)i + 4);
        if (pwrite(fd, function, 6, 16) != 6 || pread(fd, at, 6, 16) != 6) exit(9);
        sum[4] += call(at);
    }
    printf("sums %ld %ld %ld %ld %ld\n", sum[0], sum[1], sum[2], sum[3], sum[4]);
}

// -- data beside code: a page written and executed in turn
static void alternate(long times) {
    unsigned char *at = pages(1, RWX);
    volatile long *data = (long *)(at + 2048);
    put_function(at, 3);
    long sum = 0;
    for (long i = 0; i < times; i++) {
        *data = i;
        sum += call(at) + *data;
    }
    printf("sum %ld\n", sum);
}

// -- the same with the code itself
static void rewrite(long times) {
    unsigned char *at = pages(1, RWX);
    long sum = 0;
    put_function(at, 3);
    for (long i = 0; i < times; i++) {
        *(volatile uint32_t *)(at + 1) = (uint32_t)i;
        sum += call(at);
    }
    printf("sum %ld\n", sum);
}

// -- code that stores into its own page, though not into itself
static void own_page(long times) {
    // mov ecx, edi; 1: add [rip + 0x100], ecx; dec ecx; jnz 1b; mov eax, [rip + ...]; ret
    static const unsigned char code[] = {0x89, 0xf9, 0x01, 0x0d, 0,    1,    0, 0, 0xff, 0xc9,
                                         0x75, 0xf6, 0x8b, 0x05, 0xf6, 0,    0, 0, 0xc3};
    unsigned char *at = pages(1, RWX);
    memcpy(at, code, sizeof code);
    printf("result %d\n", ((int (*)(int))at)((int)times));
}

// -- the instructions after the call that is being made
static void return_site(long times) {
    // f(edi): push rbx; mov ebx, edi; call g; mov eax, 0; pop rbx; ret
    // g: mov [rip + f's immediate], ebx; ret
    static const unsigned char code[] = {0x53, 0x89, 0xfb, 0xe8, 7, 0, 0, 0, 0xb8, 0, 0, 0, 0, 0x5b, 0xc3,
                                         0x89, 0x1d, 0xf4, 0xff, 0xff, 0xff, 0xc3};
    unsigned char *at = pages(1, RWX);
    memcpy(at, code, sizeof code);
    long sum = 0;
    for (long i = 0; i < times; i++) sum += ((int (*)(int))at)((int)i);
    printf("sum %ld\n", sum);
}

// -- a compiler: a function for each number, called, thrown away
static void compiler(long times) {
    unsigned char *buffer = pages(16, RWX), *at = buffer;
    long sum = 0;
    for (long i = 0; i < times; i++) {
        if (at > buffer + 15 * PAGE) at = buffer;
        unsigned char *start = at;
        int operations = 3 + (int)(i % 11);
        *at++ = 0x89, *at++ = 0xf8;  // mov eax, edi
        for (int k = 0; k < operations; k++) {
            int32_t value = (int32_t)(i * 31 + k);
            switch ((i + k) % 4) {
            case 0: *at++ = 0x05; break;  // add eax, imm
            case 1: *at++ = 0x35; break;  // xor eax, imm
            case 2: *at++ = 0x69, *at++ = 0xc0; break;  // imul eax, eax, imm
            default: *at++ = 0x2d; break;  // sub eax, imm
            }
            memcpy(at, &value, 4);
            at += 4;
        }
        *at++ = 0xc3;
        at = (unsigned char *)(((long)at + 15) & -16);
        for (int k = 0; k < 4; k++) sum += ((int (*)(int))start)(k);
    }
    printf("sum %ld\n", sum);
}

// -- the same with pages that are writable or executable, never both
static void toggled(long times) {
    unsigned char *at = pages(1, PROT_READ | PROT_WRITE);
    long sum = 0;
    for (long i = 0; i < times; i++) {
        mprotect(at, PAGE, PROT_READ | PROT_WRITE);
        put_function(at, (uint32_t)i);
        mprotect(at, PAGE, PROT_READ | PROT_EXEC);
        sum += call(at) + call(at);
    }
    printf("sum %ld\n", sum);
}

// -- code that goes away, or changes by a new mapping
static void gone(long unused) {
    (void)unused;
    install(SIGSEGV, caught, 0);
    unsigned char *at = pages(2, RWX);
    put_function(at, 11);
    printf("%d\n", call(at));
    mprotect(at, PAGE, PROT_READ | PROT_WRITE);
    if (!sigsetjmp(back, 1)) call(at);
    mprotect(at, PAGE, PROT_NONE);
    if (!sigsetjmp(back, 1)) call(at);
    mprotect(at, PAGE, PROT_READ | PROT_EXEC);
    printf("%d\n", call(at));
    munmap(at, PAGE);
    if (!sigsetjmp(back, 1)) call(at);
    if (mmap(at, PAGE, RWX, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at) exit(9);
    put_function(at, 22);
    printf("%d\n", call(at));
    FILE *file = tmpfile();
    unsigned char page[PAGE] = {0};
    put_function(page, 33);
    if (fwrite(page, PAGE, 1, file) != 1 || fflush(file)) exit(9);
    if (mmap(at, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fileno(file), 0) != at) exit(9);
    printf("%d\n", call(at));
    unsigned char *moved = mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + PAGE);
    printf("moved %d: %d\n", moved == at + PAGE, call(moved));
    if (!sigsetjmp(back, 1)) call(at);
    unsigned char *anew = pages(1, RWX);
    put_function(anew, 44);
    printf("%d\n", call(anew));
    madvise(anew, PAGE, MADV_DONTNEED);
    put_function(anew, 55);
    printf("%d faults %ld\n", call(anew), faults);
}

// -- fork: each process has its own code from then on
static void forked(long unused) {
    (void)unused;
    unsigned char *at = pages(1, RWX);
    put_function(at, 5);
    for (int i = 0; i < 20; i++) {
        int before = call(at);
        if (!fork()) {
            put_function(at, (uint32_t)i + 60);
            _exit(call(at));
        }
        int status;
        wait(&status);
        put_function(at, (uint32_t)i);
        printf("%d %d %d\n", before, WEXITSTATUS(status), call(at));
    }
}

// -- one thread changes what another runs, with the synchronisation that the manuals ask for
static unsigned char *shared_code;
static volatile int turn;
static long rounds, wrong;

static void *runner(void *unused) {
    (void)unused;
    for (long i = 0; i < rounds; i++) {
        while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != 1) sched_yield();
        unsigned a = 0, b, c = 0, d;
        asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d) : : "memory");
        wrong += call(shared_code) != (int)i;
        __atomic_store_n(&turn, 0, __ATOMIC_RELEASE);
    }
    return 0;
}

static void two_threads(long times) {
    shared_code = pages(1, RWX);
    rounds = times;
    put_function(shared_code, 0);
    pthread_t thread;
    pthread_create(&thread, 0, runner, 0);
    for (long i = 0; i < rounds; i++) {
        while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != 0) sched_yield();
        put_function(shared_code, (uint32_t)i);
        __atomic_store_n(&turn, 1, __ATOMIC_RELEASE);
    }
    pthread_join(thread, 0);
    printf("wrong %ld\n", wrong);
}

// -- a running loop that another thread ends by patching its jump
static void *patcher(void *at) {
    usleep(30000);
    __atomic_store_n((uint16_t *)at, 0x9090, __ATOMIC_RELEASE);
    return 0;
}

static void patched_loop(long unused) {
    (void)unused;
    for (int i = 0; i < 5; i++) {
        // 1: jmp 1b; mov eax, 77; ret
        unsigned char *at = pages(1, RWX);
        at[0] = 0xeb, at[1] = 0xfe;
        put_function(at + 2, 77);
        pthread_t thread;
        pthread_create(&thread, 0, patcher, at);
        printf("%d\n", call(at));
        pthread_join(thread, 0);
    }
}

// -- a breakpoint: INT3 put into code that has run, and taken out by its handler
static unsigned char *breakpoint, original;
static void stopped(int signo, siginfo_t *info, void *context) {
    (void)info;
    ucontext_t *u = context;
    faults += signo == SIGTRAP && u->uc_mcontext.gregs[REG_RIP] == (long)breakpoint + 1;
    *breakpoint = original;
    u->uc_mcontext.gregs[REG_RIP] = (long)breakpoint;
}

static void breakpoints(long times) {
    install(SIGTRAP, stopped, 0);
    unsigned char *at = pages(1, RWX);
    long sum = 0;
    // mov eax, 5; add eax, 3; add eax, 4; ret
    memcpy(at, "\xb8\x05\0\0\0\x83\xc0\x03\x83\xc0\x04\xc3", 12);
    static const int places[] = {0, 5, 8, 11};
    for (long i = 0; i < times; i++) {
        breakpoint = at + places[i & 3];
        original = *breakpoint;
        *breakpoint = 0xcc;
        sum += call(at);
    }
    printf("sum %ld stops %ld\n", sum, faults);
}

// -- code at the edge of a page, of which only the second half changes
static void across(long times) {
    unsigned char *at = pages(2, RWX);
    long sum = 0;
    put_function(at + PAGE - 2, 0);
    for (long i = 0; i < times; i++) {
        at[PAGE + 1] = (unsigned char)i;  // in the second page
        sum += call(at + PAGE - 2);
        at[PAGE - 1] = (unsigned char)(i * 3);  // in the first
        sum += call(at + PAGE - 2);
    }
    printf("sum %ld\n", sum);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        {"next", next}, {"loop", loop}, {"other", other}, {"aliased", aliased},
        {"by-another-process", by_another_process}, {"by-calls", by_calls}, {"alternate", alternate},
        {"rewrite", rewrite}, {"own-page", own_page}, {"return-site", return_site}, {"compiler", compiler},
        {"toggled", toggled}, {"gone", gone}, {"forked", forked}, {"two-threads", two_threads},
        {"patched-loop", patched_loop}, {"breakpoints", breakpoints}, {"across", across}, {0, 0}};
    return run_tests(tests, argc, argv);
}
