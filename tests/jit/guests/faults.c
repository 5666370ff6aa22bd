// Faults inside code that has run many times: where they are, what the handler sees and changes.
#include "common.h"

static char *area;  // 80 pages
static sigjmp_buf back;
static volatile long faults;
static volatile long skip_to;

static const int in_order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                               REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

extern char fault_here[], chase_fault[], repeat_fault[], resume_here[], skip_here[];

static void fix(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)context;
    faults++;
    if (mprotect((void *)((long)info->si_addr & -PAGE), PAGE, PROT_READ | PROT_WRITE)) _exit(9);
}

// A list whose nodes are on pages that only become readable when a fault on them is handled.
static void chase(long unused) {
    (void)unused;
    for (int i = 0; i < 64; i++) {
        char *node = area + i * PAGE + 8 * i;
        *(char **)node = i < 63 ? area + (i + 1) * PAGE + 8 * (i + 1) : 0;
        *(long *)(node + 1024) = i * i;
    }
    install(SIGSEGV, fix, 0);
    long sum = 0, count = 0;
    for (int round = 0; round < 2000; round++) {
        if (round % 500 == 499) mprotect(area, 64 * PAGE, PROT_NONE);
        for (char *node = area; node; node = *(char **)node) {
            sum += *(long *)(node + 1024);
            count++;
        }
    }
    printf("sum %ld count %ld faults %ld\n", sum, count, faults);
}

static void show_registers(int signo, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    printf("signal %d code %d at the instruction %d address area%+ld\n", signo, info->si_code,
           u->uc_mcontext.gregs[REG_RIP] == (long)fault_here, (long)info->si_addr - (long)area);
    for (int i = 0; i < 16; i++)
        if (i != 4) printf(" %llx", u->uc_mcontext.gregs[in_order[i]] - (i == 6 ? (long)area : 0));
    printf("\nflags %llx\n", u->uc_mcontext.gregs[REG_EFL] & 0xcd5);
    for (int i = 0; i < 16; i++) printf(" %08x%08x", u->uc_mcontext.fpregs->_xmm[i].element[1],
                                        u->uc_mcontext.fpregs->_xmm[i].element[0]);
    printf("\nmxcsr %x fcw %x fsw %x\n", u->uc_mcontext.fpregs->mxcsr, u->uc_mcontext.fpregs->cwd,
           u->uc_mcontext.fpregs->swd);
    siglongjmp(back, 1);
}

// Every register has a value of its own when the loop comes to the page that is not there.
static void registers(long unused) {
    (void)unused;
    mprotect(area + 20 * PAGE, PAGE, PROT_NONE);
    install(SIGSEGV, show_registers, 0);
    if (sigsetjmp(back, 1)) return;
    asm volatile(
        "fld1\n fldpi\n"
        "mov $0x1111, %%eax\n mov $0x2222, %%ecx\n mov $0x3333, %%edx\n mov $0x4444, %%ebx\n"
        "mov $0x5555, %%ebp\n mov $0x7777, %%edi\n mov $0x8888, %%r8d\n mov $0x9999, %%r9d\n"
        "mov $0xaaaa, %%r10d\n mov $0xbbbb, %%r11d\n mov $0xcccc, %%r12d\n mov $0xdddd, %%r13d\n"
        "mov $0xeeee, %%r14d\n mov $0xffff, %%r15d\n"
        "movq %%rax, %%xmm0\n movq %%rcx, %%xmm1\n movq %%rdx, %%xmm2\n movq %%rbx, %%xmm3\n"
        "movq %%rbp, %%xmm4\n movq %%rdi, %%xmm5\n movq %%r8, %%xmm6\n movq %%r9, %%xmm7\n"
        "movq %%r10, %%xmm8\n movq %%r11, %%xmm9\n movq %%r12, %%xmm10\n movq %%r13, %%xmm11\n"
        "movq %%r14, %%xmm12\n movq %%r15, %%xmm13\n pxor %%xmm14, %%xmm14\n pcmpeqd %%xmm15, %%xmm15\n"
        "1: inc %%rbx\n paddq %%xmm3, %%xmm2\n jmp 2f\n"
        "3: ret\n"
        "2: lea -128(%%rsp), %%rsp\n call 3b\n lea 128(%%rsp), %%rsp\n"
        "add $64, %%rsi\n rol $3, %%r12\n cmp $0x7fffffff, %%r8d\n stc\n"
        "fault_here: mov (%%rsi), %%r15\n"
        "mov %%rbx, %%r14\n jmp 1b\n"
        : : "S"(area) : "rax", "rcx", "rdx", "rbx", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                        "xmm0", "xmm1", "xmm2", "xmm3", "memory");
}

static void edit(int signo, siginfo_t *info, void *context) {
    (void)signo, (void)info;
    ucontext_t *u = context;
    greg_t *r = u->uc_mcontext.gregs;
    faults++;
    r[REG_RAX] = (long)area;  // the address register: the instruction is made again and succeeds
    r[REG_R13] += 0x100;
    r[REG_EFL] ^= 0x8d5;
    u->uc_mcontext.fpregs->_xmm[9].element[0] += 7;
}

// The handler changes general, vector and flag registers, and the same instruction goes on with them.
static void changes(long unused) {
    (void)unused;
    install(SIGSEGV, edit, 0);
    *(long *)area = 0x1234;
    long loaded, r13, flags, vector, sum = 0;
    for (int i = 0; i < 1000; i++) {
        asm volatile("mov $5, %%r13d\n pxor %%xmm9, %%xmm9\n xor %%eax, %%eax\n cmp $1, %%eax\n"
                     "mov (%%rax), %%rdx\n"
                     "lea -128(%%rsp), %%rsp\n pushf\n pop %%rcx\n lea 128(%%rsp), %%rsp\n movq %%xmm9, %%rsi\n"
                     : "=d"(loaded), "=c"(flags), "=S"(vector) : : "rax", "r13", "xmm9", "cc", "memory");
        asm volatile("mov %%r13, %0" : "=r"(r13));
        sum += loaded + r13 + (flags & 0x8d5) + vector;
    }
    printf("sum %ld faults %ld flags %lx\n", sum, faults, flags & 0x8d5);
}

static void move_on(int signo, siginfo_t *info, void *context) {
    (void)info;
    ucontext_t *u = context;
    faults += signo;
    u->uc_mcontext.gregs[REG_RIP] = skip_to;
}

// sigreturn goes on at another place
static void elsewhere(long unused) {
    (void)unused;
    install(SIGSEGV, move_on, 0);
    install(SIGILL, move_on, 0);
    install(SIGFPE, move_on, 0);
    long count = 0;
    for (int i = 0; i < 500; i++) {
        skip_to = (long)skip_here;
        asm volatile("xor %%eax, %%eax\n xor %%edx, %%edx\n test $1, %1\n jnz 1f\n"
                     "mov (%%rax), %%rax\n jmp 9f\n"
                     "1: test $2, %1\n jnz 2f\n ud2\n jmp 9f\n"
                     "2: div %%rax\n"
                     "9: add $1000000, %0\n"
                     "skip_here: inc %0\n"
                     : "+r"(count) : "r"(i) : "rax", "rdx", "cc");
    }
    printf("count %ld signals %ld\n", count, faults);
}

static void show_repeat(int signo, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    greg_t *r = u->uc_mcontext.gregs;
    printf("signal %d rip %d rcx %lld rsi %+lld rdi %+lld address %+ld\n", signo, r[REG_RIP] == (long)repeat_fault,
           r[REG_RCX], r[REG_RSI] - (long)area, r[REG_RDI] - (long)area, (long)info->si_addr - (long)area);
    mprotect((void *)((long)info->si_addr & -PAGE), PAGE, PROT_READ | PROT_WRITE);
}

// A repeated move stops at each page that is missing, part of the way, and goes on from there.
static void repeat(long unused) {
    (void)unused;
    install(SIGSEGV, show_repeat, 0);
    for (int i = 0; i < 4 * PAGE; i++) area[i] = (char)(i * 7);
    mprotect(area + 11 * PAGE, 2 * PAGE, PROT_NONE);
    mprotect(area + 2 * PAGE, PAGE, PROT_NONE);
    asm volatile("mov %0, %%rsi\n mov %1, %%rdi\n mov $12000, %%ecx\n cld\n"
                 "repeat_fault: rep movsb\n" : : "r"(area + 5), "r"(area + 10 * PAGE + 9) : "rcx", "rsi", "rdi", "memory");
    printf("same %d\n", !memcmp(area + 5, area + 10 * PAGE + 9, 12000));
}

static void count_fault(int signo, siginfo_t *info, void *context) {
    (void)context;
    printf("signal %d code %d\n", signo, info->si_code);
    siglongjmp(back, 1);
}

#define TRY(...)                                             \
    do {                                                     \
        if (!sigsetjmp(back, 1)) asm volatile(__VA_ARGS__);  \
    } while (0)

// Each kind of fault in code that was already run twice without one.
static void kinds(long unused) {
    (void)unused;
    int all[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    static char altstack[65536];
    stack_t stack = {.ss_sp = altstack, .ss_size = sizeof altstack};
    sigaltstack(&stack, 0);
    for (int i = 0; i < 5; i++) install(all[i], count_fault, SA_ONSTACK);
    mprotect(area + 40 * PAGE, PAGE, PROT_READ);
    mprotect(area + 41 * PAGE, PAGE, PROT_NONE);
    for (int round = 0; round < 3; round++) {
        char *good = area + 64, *rw = round < 2 ? good : area + 40 * PAGE, *none = round < 2 ? good : area + 41 * PAGE;
        long zero = round < 2 ? 1 : 0, odd = round < 2 ? 0 : 1;
        TRY("mov (%0), %%rax" : : "r"(none) : "rax");
        TRY("movl $1, (%0)" : : "r"(rw) : "memory");
        TRY("lock incq 8(%0)" : : "r"(rw) : "memory");
        TRY("xchg %%rax, (%0)" : : "r"(rw) : "memory", "rax");
        TRY("movdqu %%xmm0, (%0)" : : "r"(none) : "memory");
        TRY("movaps (%0), %%xmm0" : : "r"(good + odd) : "xmm0");
        TRY("mov %%rsp, %%r8\n mov %0, %%rsp\n push %%rax\n mov %%r8, %%rsp" : : "r"(rw) : "memory", "r8");
        TRY("mov %%rsp, %%r8\n mov %0, %%rsp\n pop %%rax\n mov %%r8, %%rsp" : : "r"(none) : "rax", "r8");
        TRY("mov %%rsp, %%r8\n mov %0, %%rsp\n call 1f\n 1: mov %%r8, %%rsp" : : "r"(rw) : "memory", "r8");
        TRY("xor %%edx, %%edx\n mov $9, %%eax\n div %0" : : "r"(zero) : "rax", "rdx");
        TRY("stosq" : : "D"(rw), "a"(1) : "memory");
        TRY("fildl (%0)\n fstp %%st" : : "r"(none));
        TRY("test %0, %0\n jnz 1f\n ud2\n 1:" : : "r"(zero));
        TRY("test %0, %0\n jnz 1f\n hlt\n 1:" : : "r"(zero));
        TRY("test %0, %0\n jnz 1f\n int3\n 1:" : : "r"(zero));
        TRY("lea 1f(%%rip), %%rax\n test %0, %0\n cmovz %1, %%rax\n jmp *%%rax\n 1:" : : "r"(zero), "r"(none) : "rax");
        printf("round %d\n", round);
    }
}

int main(int argc, char **argv) {
    area = pages(80, PROT_READ | PROT_WRITE);
    static const struct test tests[] = {{"chase", chase}, {"registers", registers}, {"changes", changes},
                                        {"elsewhere", elsewhere}, {"repeat", repeat}, {"kinds", kinds}, {0, 0}};
    return run_tests(tests, argc, argv);
}
