// Runs single instructions on the real CPU: the driver is tests/oracle/native.py.
//
// A case is a whole register file and a window of memory. The signal handler does all the work: it
// saves what the last instruction left (the signal frame holds every register), puts the next case
// into the frame and returns, so the kernel itself loads the state and jumps to the instruction.
// Each instruction is followed by INT3, which brings us back.
//
// usage: oracle MEMFD CASES CODE_SIZE, then a 64-bit number of cases per batch on standard input;
// answers with one byte when the batch is done.

#define _GNU_SOURCE
#include <asm/prctl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE ((uint8_t *)0x10000000)
#define DATA ((uint8_t *)0x20000000)  // one unmapped page, two writable, one read-only, one unmapped
#define PAGE 4096
#define WINDOW_SIZE 1024
#define WINDOW (DATA + 2 * PAGE - WINDOW_SIZE / 2)
#define EDGE 256  // bytes at either end of the writable pages that start as zeros
#define GS_BASE 0x1ffff000
// offsets in the frame's floating-point state
#define SW_RESERVED 464  // what the kernel says of the rest
#define XSTATE_BV 512
#define YMM_UPPER 576
#define YMM_UPPER_SIZE 256
#define FXSAVE_SIZE 416  // up to the reserved part

struct Case {
    uint64_t reg[16];  // in the encoding's order
    uint64_t rip, rflags;
    uint64_t trap, error, cr2, signal, code, address;  // results only
    uint8_t fxsave[FXSAVE_SIZE];
    uint8_t upper[YMM_UPPER_SIZE];
    uint8_t memory[WINDOW_SIZE];
};

static const int frame_register[16] = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

static struct Case *cases;
static long current = -1, total;
static uint8_t untouched[WINDOW_SIZE / 2];
static sigjmp_buf done;

// Components of the extended state in the frame: x87, SSE, AVX; on a CPU without AVX only the first two.
static uint64_t components(const uint8_t *fp) {
    uint32_t magic;
    uint64_t features;
    memcpy(&magic, fp + SW_RESERVED, 4);
    memcpy(&features, fp + SW_RESERVED + 8, 8);
    return magic == FP_XSTATE_MAGIC1 ? features & 7 : 3;
}

static void save(struct Case *c, siginfo_t *info, ucontext_t *frame) {
    greg_t *reg = frame->uc_mcontext.gregs;
    for (int i = 0; i < 16; i++) c->reg[i] = reg[frame_register[i]];
    c->rip = reg[REG_RIP];
    c->rflags = reg[REG_EFL];
    c->trap = reg[REG_TRAPNO];
    c->error = reg[REG_ERR];
    c->cr2 = reg[REG_CR2];
    c->signal = info->si_signo;
    c->code = info->si_code;
    c->address = (uint64_t)info->si_addr;
    const uint8_t *fp = (const uint8_t *)frame->uc_mcontext.fpregs;
    memcpy(c->fxsave, fp, FXSAVE_SIZE);
    if (components(fp) & 4 && fp[XSTATE_BV] & 4)
        memcpy(c->upper, fp + YMM_UPPER, YMM_UPPER_SIZE);
    else
        memset(c->upper, 0, YMM_UPPER_SIZE);
    memcpy(c->memory, WINDOW, WINDOW_SIZE);
}

static void load(const struct Case *c, ucontext_t *frame) {
    greg_t *reg = frame->uc_mcontext.gregs;
    uint8_t *fp = (uint8_t *)frame->uc_mcontext.fpregs;
    for (int i = 0; i < 16; i++) reg[frame_register[i]] = c->reg[i];
    reg[REG_RIP] = c->rip;
    reg[REG_EFL] = c->rflags;
    memcpy(fp, c->fxsave, FXSAVE_SIZE);
    // all of them are in the frame, not in their initial state; AVX-512's are
    *(uint64_t *)(fp + XSTATE_BV) = components(fp);
    if (components(fp) & 4) memcpy(fp + YMM_UPPER, c->upper, YMM_UPPER_SIZE);
    memcpy(WINDOW, c->memory, WINDOW_SIZE);
    // operands meant to fault may be small enough not to
    memset(DATA + PAGE, 0, EDGE);
    memset(DATA + 3 * PAGE - EDGE, 0, EDGE);
}

static void on_signal(int signal, siginfo_t *info, void *context) {
    ucontext_t *frame = context;
    if (current >= 0) save(&cases[current], info, frame);
    if (++current == total) siglongjmp(done, 1);
    load(&cases[current], frame);
}

static void run_batch(long count) {
    current = -1;
    total = count;
    if (!sigsetjmp(done, 1)) __asm__ volatile("int3");
    uint32_t mxcsr = 0x1f80;
    __asm__ volatile("fninit; ldmxcsr %0; cld" : : "m"(mxcsr));
}

static void *map(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    void *got = mmap(at, length, protection, flags, fd, offset);
    if (got == MAP_FAILED || (at && got != at)) {
        perror("oracle: mmap");
        exit(1);
    }
    return got;
}

int main(int argc, char **argv) {
    int fd = atoi(argv[1]);
    size_t cases_size = strtoul(argv[2], 0, 0) * sizeof(struct Case), code_size = strtoul(argv[3], 0, 0);
    int fixed = MAP_FIXED_NOREPLACE;
    map(CODE, code_size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | fixed, fd, 0);
    cases = map(0, cases_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, code_size);
    map(DATA + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
    map(DATA + 3 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
    syscall(SYS_arch_prctl, ARCH_SET_GS, GS_BASE);
    size_t stack_size = 1 << 20;
    stack_t stack = {.ss_sp = map(0, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                     .ss_size = stack_size};
    sigaltstack(&stack, 0);
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    const int caught[] = {SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    for (unsigned i = 0; i < sizeof caught / sizeof *caught; i++) sigaction(caught[i], &action, 0);

    uint64_t count;
    while (read(0, &count, sizeof count) == sizeof count) {
        run_batch(count);
        // what the window does not show must not have been written
        uint8_t *writable = DATA + PAGE;
        char answer = 'y';
        for (uint8_t *p = writable + sizeof untouched; p < WINDOW; p += sizeof untouched)
            if (memcmp(p, untouched, sizeof untouched)) answer = 'o';
        if (write(1, &answer, 1) != 1) return 1;
    }
    return 0;
}
