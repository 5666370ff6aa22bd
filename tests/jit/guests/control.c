// Ways to transfer control, to use the stack and to form addresses that programs really use.
#include "common.h"
#include <asm/prctl.h>
#include <execinfo.h>

// -- recursion
static __attribute__((noinline)) long depth(long n) { return n ? depth(n - 1) + (n & 3) : 0; }
static __attribute__((noinline)) long odd(long n);
static __attribute__((noinline)) long even(long n) { return n == 0 ? 1 : odd(n - 1) ^ 0; }
static __attribute__((noinline)) long odd(long n) { return n == 0 ? 0 : even(n - 1) ^ 0; }
static long ackermann(long m, long n) {
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static void recursion(long unused) {
    (void)unused;
    printf("%ld %ld %ld %ld\n", depth(100000), even(50001), odd(50001), ackermann(2, 60));
}

// -- jump tables and computed goto
static long dispatch(const unsigned char *code, long n) {
    static void *const labels[] = {&&add, &&subtract, &&twice, &&half, &&loop, &&stop};
    long a = 1, left = n;
    const unsigned char *at = code;
#define NEXT goto *labels[*at++]
    NEXT;
add: a += 7; NEXT;
subtract: a -= 3; NEXT;
twice: a *= 2; NEXT;
half: a >>= 1; NEXT;
loop:
    if (--left) at = code;
    NEXT;
stop: return a;
}

static __attribute__((noinline)) long choose(long n) {
    switch (n & 15) {
    case 0: return 12;
    case 1: return n * 3;
    case 2: return n ^ 5;
    case 3: return ~n;
    case 4: return n << 2;
    case 5: return n - 9;
    case 6: return n | 64;
    case 7: return n & 99;
    case 8: return -n;
    case 9: return n + n;
    case 10: return 1;
    case 11: return n * n;
    default: return n >> 1;
    }
}

static void tables(long unused) {
    (void)unused;
    static const unsigned char code[] = {0, 2, 1, 3, 0, 0, 3, 4, 5};
    long sum = 0;
    for (long i = 0; i < 100000; i++) sum = sum * 3 + choose(sum ^ i);
    printf("%ld %ld\n", dispatch(code, 20000), sum);
}

// -- returns that don't match their calls
static void unmatched(long unused) {
    (void)unused;
    long a = 0, b = 0, c = 0, d = 0, e = 0;
    for (int i = 0; i < 2000; i++)
        asm volatile(
            "lea -256(%%rsp), %%rsp\n"
            "lea 1f(%%rip), %%rax\n push %%rax\n ret\n int3\n 1: inc %0\n"  // push and ret
            "call 2f\n 2: pop %%rax\n inc %1\n"  // where am I
            "call 3f\n int3\n 3: lea 4f(%%rip), %%rax\n mov %%rax, (%%rsp)\n ret\n 4: inc %2\n"  // a retpoline
            "call 6f\n jmp 7f\n 6: pop %%rax\n inc %3\n jmp *%%rax\n 7:"  // pop and jump
            "push %%rbx\n call 8f\n jmp 9f\n 8: inc %4\n ret $8\n 9:"  // arguments taken off
            "call 10f\n jmp 12f\n 10: call 11f\n int3\n 11: lea 8(%%rsp), %%rsp\n ret\n 12:"  // a frame skipped
            "lea 256(%%rsp), %%rsp\n"
            : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e) : : "rax", "memory", "cc");
    printf("%ld %ld %ld %ld %ld\n", a, b, c, d, e);
}

// -- every condition after a call and a return, with flags made before
static void conditions(long unused) {
    (void)unused;
    long seen = 0;
    for (long flags = 0; flags < 64; flags++) {
        long wanted = (flags & 1) | (flags & 2) << 1 | (flags & 4) << 2 | (flags & 8) << 3 | (flags & 16) << 3
                      | (flags & 32) << 6;
        for (int round = 0; round < 20; round++) {
            long taken = 0;
            asm volatile("lea -128(%%rsp), %%rsp\n push %1\n popf\n jmp 2f\n"
                         "1: lea (%%rax), %%rax\n ret\n 2: call 1b\n"
#define TEST(condition, bit) "j" condition " 3f\n jmp 4f\n 3: lea " bit "(%0), %0\n 4: call 1b\n"
                         TEST("o", "1") TEST("b", "2") TEST("z", "4") TEST("be", "8") TEST("s", "16")
                         TEST("p", "32") TEST("l", "64") TEST("le", "128") TEST("nl", "256") TEST("a", "512")
                         "lea 128(%%rsp), %%rsp"
                         : "+r"(taken) : "r"(wanted) : "memory", "cc");
            seen = seen * 31 + taken;
        }
    }
    printf("%lx\n", seen);
}

// -- setjmp, contexts
static jmp_buf there;
static __attribute__((noinline)) int jump_from(int n, int value) {
    volatile char room[64];
    room[n & 63] = 1;
    if (n < 0) return n;
    if (n == 0) longjmp(there, value + room[0]);
    return jump_from(n - 1, value) + room[n & 63];
}

static ucontext_t main_context, generator_context;
static volatile long produced;
static void generate(int from, int step) {
    for (long i = from;; i += step) {
        produced = i;
        swapcontext(&generator_context, &main_context);
    }
}

static void contexts(long unused) {
    (void)unused;
    static volatile long sum;
    for (volatile int i = 0; i < 5000; i++) {
        int value = setjmp(there);
        if (value == 0) jump_from(i & 31, i);
        sum += value;
    }
    static char stack[65536];
    getcontext(&generator_context);
    generator_context.uc_stack.ss_sp = stack;
    generator_context.uc_stack.ss_size = sizeof stack;
    makecontext(&generator_context, (void (*)(void))generate, 2, 3, 7);
    long total = 0;
    for (int i = 0; i < 3000; i++) {
        swapcontext(&main_context, &generator_context);
        total += produced;
    }
    printf("%ld %ld\n", sum, total);
}

// -- return addresses read from the stack
extern char __executable_start, etext;
static __attribute__((noinline)) long who(void) {
    char *caller = __builtin_return_address(0);
    return caller >= &__executable_start && caller < &etext;
}

static __attribute__((noinline)) int trace(int n) {
    if (n) return trace(n - 1) + 1;
    void *found[64];
    int count = backtrace(found, 64);
    int inside = 0;
    for (int i = 0; i < count; i++) inside += (char *)found[i] >= &__executable_start && (char *)found[i] < &etext;
    return 1000 * (inside >= 20);
}

static void callers(long unused) {
    (void)unused;
    long sum = 0;
    for (int i = 0; i < 100; i++) sum += who();
    printf("%ld %d\n", sum, trace(20));
}

// -- addresses: displacements and indices that wrap
static void addresses(long unused) {
    (void)unused;
    static int cell[64];
    for (int i = 0; i < 64; i++) cell[i] = i * i;
    long sum = 0;
    int *low = mmap((void *)0x30000000, PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    low[5] = 500, low[0] = 7;
    for (int round = 0; round < 1000; round++) {
        int got;
        asm volatile("mov -0x80000000(%1), %0" : "=r"(got) : "r"((long)&cell[3] + 0x80000000L));
        sum += got;
        asm volatile("mov 0x7fffffff(%1), %0" : "=r"(got) : "r"((long)&cell[4] - 0x7fffffffL));
        sum += got;
        asm volatile("mov (%1,%2,8), %0" : "=r"(got) : "r"((long)&cell[5] + 0x800), "r"(-0x100L));
        sum += got;
        asm volatile("mov (%1,%2,4), %0" : "=r"(got) : "r"((long)&cell[6] - 4), "r"(0x4000000000000001L));
        sum += got;
        asm volatile("mov (%1,%2), %0" : "=r"(got) : "r"(-0x5555555555555555L), "r"((long)&cell[7] + 0x5555555555555555L));
        sum += got;
        asm volatile("mov 20(%k1), %0" : "=r"(got) : "r"(0xabcdef0030000000L));  // 32-bit addresses
        sum += got;
        asm volatile("mov (%k1,%k2,2), %0" : "=r"(got) : "r"(0x10000014L), "r"(0x1234567890000000L));
        sum += got;
        asm volatile("mov 0x70000000(%k1), %0" : "=r"(got) : "r"(0xc0000000L));
        sum += got;
        asm volatile("mov 0x30000014, %0" : "=r"(got));
        sum += got;
        asm volatile("movabs 0x30000014, %%eax" : "=a"(got));
        sum += got;
        asm volatile("lea -0x80000000(%k1), %q0" : "=r"(got) : "r"(0x10L));
        sum += got;
        asm volatile("push (%1)\n pop 8(%1)" : "=m"(low[2]) : "r"(low) : "memory");
        sum += low[2];
    }
    printf("%ld\n", sum);
}

// -- FS and GS
static long gs_area[64];
static void segments(long unused) {
    (void)unused;
    unsigned long base, fs;
    long sum = 0;
    syscall(SYS_arch_prctl, ARCH_GET_FS, &fs);
    for (int i = 0; i < 64; i++) gs_area[i] = i * 11;
    for (int round = 0; round < 300; round++) {
        syscall(SYS_arch_prctl, ARCH_SET_GS, (unsigned long)gs_area + (round & 7) * 8);
        long value, index = round & 15, copied;
        asm volatile("mov %%gs:8, %0" : "=r"(value));
        sum += value;
        asm volatile("mov %%gs:(,%1,8), %0" : "=r"(value) : "r"(index));
        sum += value;
        asm volatile("addq $1, %%gs:16(%0)" : : "r"(8 * index) : "memory", "cc");
        asm volatile("mov %%gs:(%1), %0" : "=r"(value) : "r"(8L));
        sum += value;
        asm volatile("push %%gs:24\n pop %0" : "=r"(value) : : "memory");
        sum += value;
        asm volatile("mov %1, %%rsi\n lea %2, %%rdi\n gs movsq" : "=m"(copied) : "r"(32L), "m"(copied)
                     : "rsi", "rdi", "memory");
        sum += copied;
        asm volatile("lock xaddq %0, %%gs:40" : "=r"(value) : "0"(1L) : "memory", "cc");
        sum += value;
        asm volatile("movups %%gs:48, %%xmm0\n movq %%xmm0, %0" : "=r"(value) : : "xmm0");
        sum += value;
        asm volatile("mov %%fs:0, %0" : "=r"(value));
        sum += value == (long)fs;
        asm volatile("mov %%fs:(%1), %0" : "=r"(value) : "r"((unsigned long)gs_area - fs));
        sum += value;
        syscall(SYS_arch_prctl, ARCH_GET_GS, &base);
        sum += base - (unsigned long)gs_area;
    }
    printf("%ld\n", sum);
}

// -- single steps
extern char step_first[];
static long places[400], steps;
static void step(int signo, siginfo_t *info, void *context) {
    (void)signo;
    if (steps < 400) places[steps++] = (reg_of(context, REG_RIP) - (long)step_first) * 10 + (info->si_code == TRAP_TRACE);
}

static void stepping(long unused) {
    (void)unused;
    install(SIGTRAP, step, 0);
    char from[16] = "0123456789abcde", to[16];
    for (int round = 0; round < 3; round++)
        asm volatile("mov %0, %%rsi\n mov %1, %%rdi\n lea -128(%%rsp), %%rsp\n mov $3, %%ebx\n"
                     "pushf\n orl $0x100, (%%rsp)\n popf\n"
                     "step_first: nop\n"
                     "1: call 2f\n dec %%ebx\n jnz 1b\n jmp 3f\n"
                     "2: xor %%eax, %%eax\n ret\n"
                     "3: mov $4, %%ecx\n rep movsb\n"
                     "lea 4f(%%rip), %%rax\n jmp *%%rax\n int3\n"
                     "4: pushf\n pop %%rax\n pushf\n andl $~0x100, (%%rsp)\n popf\n nop\n nop\n"
                     "lea 128(%%rsp), %%rsp\n"
                     : : "r"(from), "r"(to) : "rax", "rbx", "rcx", "rsi", "rdi", "memory", "cc");
    for (long i = 0; i < steps; i++) printf(" %ld", places[i]);
    puts("");
}

// -- the vsyscall page, as far as there is one
static sigjmp_buf back;
static void no_vsyscall(int signo, siginfo_t *info, void *context) {
    (void)info, (void)context;
    siglongjmp(back, signo);
}

static void vsyscall(long unused) {
    (void)unused;
    install(SIGSEGV, no_vsyscall, 0);
    int signo = sigsetjmp(back, 1);
    if (signo) {
        printf("signal %d\n", signo);
        return;
    }
    time_t (*old_time)(time_t *) = (time_t (*)(time_t *))0xffffffffff600400;
    long difference = old_time(0) - time(0);
    printf("time %d\n", difference >= -2 && difference <= 2);
}

// -- where the last x87 instruction was, and its operand
static void x87_pointers(long unused) {
    (void)unused;
    static double elsewhere = 3;
    double here = 2;
    struct { unsigned int control, status, tag, ip, selector, dp, data_selector; } environment;
    for (int round = 0; round < 6; round++) {
        double *operand = round & 1 ? &elsewhere : &here;
        unsigned long at;
        asm volatile("lea 1f(%%rip), %0\n fld1\n 1: fldl %2\n mov %0, %0\n fnstenv %1\n fstp %%st\n fstp %%st\n fldenv %1"
                     : "=r"(at), "=m"(environment) : "m"(*operand));
        printf("%d %d ", environment.ip == (unsigned int)at, environment.dp == (unsigned int)(unsigned long)operand);
        asm volatile("lea 1f(%%rip), %0\n fldl 8(%%rsp)\n 1: fchs\n fnstenv %1\n fstp %%st\n fldenv %1"
                     : "=r"(at), "=m"(environment));
        printf("%d\n", environment.ip == (unsigned int)at);
    }
}

// -- calls and jumps through pointers to one address, to a few and to many
enum { FORMS = 7, MOST = 8, FORM_SIZE = 16, TARGET_SIZE = 16 };
asm(".balign 16\n pointer_forms:\n .rept 8\n"
    ".balign 16\n call *%rcx\n ret\n"
    ".balign 16\n call *(%rsi)\n ret\n"
    ".balign 16\n jmp *%rcx\n"
    ".balign 16\n jmp *(%rsi)\n"
    ".balign 16\n call *%r11\n ret\n"
    ".balign 16\n push %rcx\n call *(%rsp)\n lea 8(%rsp), %rsp\n ret\n"
    ".balign 16\n lea -8(%rsi), %rcx\n jmp *8(%rcx)\n .endr\n"
    ".balign 16\n pointer_targets:\n .set number, 0\n .rept 8\n"
    ".balign 16\n pushf\n pop %rax\n mov $number, %edx\n ret\n .set number, number + 1\n .endr\n"
    ".balign 16\n pointer_end:");
extern unsigned char pointer_forms[], pointer_targets[], pointer_end[];

static void follow(unsigned char *code) {
    unsigned long sum = 0, wrong = 0;
    for (int round = 0; round < 40; round++)
        for (int most = 1; most <= MOST; most++)  // every form is there once for each number of addresses
            for (int form = 0; form < FORMS; form++) {
                int chosen = (round * 5 + form) % most;
                unsigned char *target = code + (pointer_targets - pointer_forms) + chosen * TARGET_SIZE;
                unsigned char *site = code + ((most - 1) * FORMS + form) * FORM_SIZE;
                unsigned long flags = round & 1 ? 0x8d7 : 0x202, number, found = 0;
                unsigned long c = (unsigned long)target, r11 = form == 4 ? c : c ^ 0x1234567;
                asm volatile("lea -128(%%rsp), %%rsp\n push %0\n popf\n mov %5, %%r11\n call *%4\n"
                             "mov %%r11, %2\n lea 128(%%rsp), %%rsp"
                             : "+a"(flags), "=&d"(number), "+r"(found), "+c"(c)
                             : "D"(site), "r"(r11), "S"(&target) : "r11", "memory", "cc");
                wrong += found != r11 || c != (form == 6 ? (unsigned long)&target - 8 : (unsigned long)target);
                sum = sum * 31 + number + (flags & 0x8d5);
            }
    printf("%lx %lu\n", sum, wrong);
}

static void pointers(long unused) {
    (void)unused;
    size_t size = pointer_end - pointer_forms;
    follow(pointer_forms);
    unsigned char *high = mmap((void *)0x200012345000, size, RWX, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (high == MAP_FAILED) abort();
    memcpy(high, pointer_forms, size);
    follow(high);
    high[pointer_targets - pointer_forms + 3] ^= 1;  // another number
    follow(high);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        {"recursion", recursion}, {"tables", tables}, {"unmatched", unmatched}, {"conditions", conditions},
        {"contexts", contexts}, {"callers", callers}, {"addresses", addresses}, {"segments", segments},
        {"stepping", stepping}, {"vsyscall", vsyscall}, {"pointers", pointers},
        {"x87", x87_pointers}, {0, 0}};
    return run_tests(tests, argc, argv);
}
