// Runs whole instruction sequences on the real CPU: the driver is tests/fuzz/native.py.
//
// As in tests/oracle, the signal handler does all the work: it saves what the last program left,
// puts the next one's registers into the signal frame and returns. A program ends at its first
// exception; the INT3s around every program make that one certain. Timer ticks, counted in our own
// CPU time, end those that loop forever.
//
// usage: native MEMFD CASES SLOT_SIZE, then a 64-bit number of programs per batch on standard input;
// answers with one byte when the batch is done. The shared memory holds the code slots, the pages
// that every program starts with, the cases, and for each case the writable pages it left.

#define _GNU_SOURCE
#include <asm/prctl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096
#define CODE ((uint8_t *)0x10000000)
#define DATA ((uint8_t *)0x20000000)  // unmapped, two writable pages, a read-only one, unmapped
#define STACK ((uint8_t *)0x30000000)  // unmapped, a writable page, unmapped
#define HIGH ((uint8_t *)0x1234567000)  // a writable page
#define FS_BASE ((uint64_t)HIGH + 0x400)
#define GS_BASE 0x1ffff000
#define WRITABLE_PAGES 4
#define GUEST_CODE_FROM 0x10000000  // a system call from here up to 4 GiB is a program gone astray

#define FXSAVE_SIZE 416  // up to the reserved part
#define XSTATE_BV 512  // offsets in the frame's floating-point state
#define YMM_HIGH 576
#define YMM_SIZE 256

struct Case {
    uint64_t reg[16];  // in the encoding's order
    uint64_t rip, rflags;
    uint64_t trap, error, cr2, signal, code, address;  // results only
    uint8_t fxsave[FXSAVE_SIZE];
    uint8_t ymm_high[YMM_SIZE];
};

static const int frame_register[16] = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

static uint8_t *const writable[WRITABLE_PAGES] = {DATA + PAGE, DATA + 2 * PAGE, STACK + PAGE, HIGH};
static struct Case *cases;
static uint8_t *initial;  // the writable pages' contents, then the read-only one's
static uint8_t *left;  // the writable pages after each case
static long current = -1, total, ticked;
static int has_ymm;
static uint64_t our_fs;
static sigjmp_buf done;

static uint64_t read_fs(void) {
    uint64_t base;
    __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

static void write_fs(uint64_t base) { __asm__ volatile("wrfsbase %0" : : "r"(base)); }

static void save(struct Case *c, siginfo_t *info, ucontext_t *frame) {
    greg_t *reg = frame->uc_mcontext.gregs;
    uint8_t *fp = (uint8_t *)frame->uc_mcontext.fpregs;
    for (int i = 0; i < 16; i++) c->reg[i] = reg[frame_register[i]];
    c->rip = reg[REG_RIP];
    c->rflags = reg[REG_EFL];
    c->trap = reg[REG_TRAPNO];
    c->error = reg[REG_ERR];
    c->cr2 = reg[REG_CR2];
    c->signal = info->si_signo;
    c->code = info->si_code;
    c->address = (uint64_t)info->si_addr;
    memcpy(c->fxsave, fp, FXSAVE_SIZE);
    if (has_ymm && *(uint64_t *)(fp + XSTATE_BV) & 4)
        memcpy(c->ymm_high, fp + YMM_HIGH, YMM_SIZE);
    else
        memset(c->ymm_high, 0, YMM_SIZE);
    for (int i = 0; i < WRITABLE_PAGES; i++) memcpy(left + (current * WRITABLE_PAGES + i) * PAGE, writable[i], PAGE);
}

static void load(const struct Case *c, ucontext_t *frame) {
    greg_t *reg = frame->uc_mcontext.gregs;
    uint8_t *fp = (uint8_t *)frame->uc_mcontext.fpregs;
    for (int i = 0; i < 16; i++) reg[frame_register[i]] = c->reg[i];
    reg[REG_RIP] = c->rip;
    reg[REG_EFL] = c->rflags;
    memcpy(fp, c->fxsave, FXSAVE_SIZE);
    if (has_ymm) {
        memcpy(fp + YMM_HIGH, c->ymm_high, YMM_SIZE);
        *(uint64_t *)(fp + XSTATE_BV) = 7;  // these are in the frame, all else in its initial state
    } else {
        *(uint64_t *)(fp + XSTATE_BV) = 3;
    }
    for (int i = 0; i < WRITABLE_PAGES; i++) memcpy(writable[i], initial + i * PAGE, PAGE);
}

static void on_signal(int signal, siginfo_t *info, void *context) {
    uint64_t guest_fs = read_fs();
    write_fs(our_fs);
    ucontext_t *frame = context;
    if (signal == SIGVTALRM) {
        if (current < 0 || ticked != current) {  // one tick may come at any time, two are too long
            ticked = current;
            write_fs(guest_fs);
            return;
        }
        ticked = -1;
    }
    if (current >= 0) save(&cases[current], info, frame);
    if (++current == total) siglongjmp(done, 1);
    load(&cases[current], frame);
    write_fs(FS_BASE);
}

static void run_batch(long count) {
    memcpy(DATA + 3 * PAGE, initial + WRITABLE_PAGES * PAGE, PAGE);
    mprotect(DATA + 3 * PAGE, PAGE, PROT_READ);
    struct itimerval tick = {{0, 10000}, {0, 10000}}, none = {{0, 0}, {0, 0}};
    total = count;
    ticked = -1;
    current = -1;
    setitimer(ITIMER_VIRTUAL, &tick, 0);
    if (!sigsetjmp(done, 1)) __asm__ volatile("int3");
    current = -1;
    setitimer(ITIMER_VIRTUAL, &none, 0);
    uint32_t mxcsr = 0x1f80;
    __asm__ volatile("fninit; ldmxcsr %0; cld" : : "m"(mxcsr));
    mprotect(DATA + 3 * PAGE, PAGE, PROT_READ | PROT_WRITE);
}

static void *map(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    void *got = mmap(at, length, protection, flags, fd, offset);
    if (got == MAP_FAILED || (at && got != at)) {
        perror("native: mmap");
        exit(1);
    }
    return got;
}

// Programs that jump where they should not may meet a SYSCALL; it becomes a SIGSYS.
static void allow_no_guest_calls(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, GUEST_CODE_FROM, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        perror("native: seccomp");
        exit(1);
    }
}

int main(int argc, char **argv) {
    int fd = atoi(argv[1]);
    size_t count = strtoul(argv[2], 0, 0), slot_size = strtoul(argv[3], 0, 0);
    off_t at = 0;
    const int fixed = MAP_FIXED_NOREPLACE, both = PROT_READ | PROT_WRITE;
    const int private = MAP_PRIVATE | MAP_ANONYMOUS;
    map(CODE, count * slot_size, both | PROT_EXEC, MAP_SHARED | fixed, fd, at);
    at += count * slot_size;
    initial = map(0, (WRITABLE_PAGES + 1) * PAGE, both, MAP_SHARED, fd, at);
    at += (WRITABLE_PAGES + 1) * PAGE;
    size_t cases_size = (count * sizeof(struct Case) + PAGE - 1) & -PAGE;
    cases = map(0, cases_size, both, MAP_SHARED, fd, at);
    at += cases_size;
    left = map(0, count * WRITABLE_PAGES * PAGE, both, MAP_SHARED, fd, at);
    map(DATA + PAGE, 3 * PAGE, both, private | fixed, -1, 0);
    map(STACK + PAGE, PAGE, both, private | fixed, -1, 0);
    map(HIGH, PAGE, both, private | fixed, -1, 0);
    syscall(SYS_arch_prctl, ARCH_SET_GS, GS_BASE);
    our_fs = read_fs();
    has_ymm = __builtin_cpu_supports("avx") != 0;
    size_t stack_size = 1 << 20;
    stack_t stack = {.ss_sp = map(0, stack_size, both, private, -1, 0), .ss_size = stack_size};
    sigaltstack(&stack, 0);
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    const int caught[] = {SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGVTALRM};
    for (unsigned i = 0; i < sizeof caught / sizeof *caught; i++) sigaction(caught[i], &action, 0);
    allow_no_guest_calls();

    uint64_t batch;
    while (read(0, &batch, sizeof batch) == sizeof batch) {
        run_batch(batch);
        if (write(1, "y", 1) != 1) return 1;
    }
    return 0;
}
