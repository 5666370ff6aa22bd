// Runs single instructions on the real CPU: the driver is tests/oracle/native.py.
//
// A case is a whole register file and a window of memory. The signal handler does all the work: it
// saves what the last instruction left (the signal frame holds every register), puts the next case
// into the frame and returns, so the kernel itself loads the state and jumps to the instruction.
// Each instruction is followed by INT3, which brings us back. CS in the frame chooses 64-bit, 32-bit
// or 16-bit code; signals are delivered as to any 64-bit program.
//
// Cases come as they are, or as templates: a case, and what in it may be replaced by values drawn
// from pools.
//
// usage: oracle MEMFD CASES CODE_SIZE POOLS_SIZE SEGMENT...; each segment is an entry of the LDT: base, limit
// and the flags of struct user_desc. Then on standard input the numbers of cases and of
// templates (0: the cases are there) of a batch; answers with one byte when the batch is done.

#define _GNU_SOURCE
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
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
#define POINTERS 6  // FOP, FIP and FDP, in which CPUs differ
#define MXCSR_MASK 28
#define SW_RESERVED 464  // what the kernel says of the rest
#define XSTATE_BV 512
#define YMM_UPPER 576
#define YMM_UPPER_SIZE 256
#define FXSAVE_SIZE 416  // up to the reserved part
#define X87_SIZE 160  // of it, with MXCSR
#define CODE64 0x33
// instead of a vector
#define LOST 0xff  // the case did not end within a second
#define STRAYED 0xfe  // it wrote where the window does not show it

struct Case {
    uint64_t reg[16];  // in the encoding's order
    uint64_t rip, rflags;
    uint64_t trap, cr2;  // results only
    uint64_t cs;
    uint64_t segments;  // DS, ES, SS and GS, from the lowest bits
    uint8_t fxsave[FXSAVE_SIZE];
    uint8_t upper[YMM_UPPER_SIZE];
    uint8_t memory[WINDOW_SIZE];
};

struct Template {
    struct Case base;  // its first case
    uint64_t seed;
    uint32_t cases;
    uint32_t keep_registers;  // bits: what every case has as the first one
    uint32_t keep_vectors;
    uint16_t keep_flags, keep_x87;
    uint16_t operand, operand_size;  // in the window: gets a vector's bytes now and then
    uint8_t keep_memory[WINDOW_SIZE / 8];  // a bit for each byte
};

// What varied cases draw from.
#define INTEGERS 4096
#define VECTORS 4096
#define HEADS 1024
#define WINDOWS 512
struct Pools {
    uint64_t integer[INTEGERS];
    uint8_t vector[VECTORS][16];
    uint8_t head[HEADS][X87_SIZE];
    uint8_t window[WINDOWS][WINDOW_SIZE];
};

static const int frame_register[16] = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

static struct Case *cases, *results;
static const struct Pools *pools;
static const struct Template *templates;
static long current = -1, total, ticked;
static uint8_t untouched[WINDOW_SIZE / 2];
static sigjmp_buf done;
static int has_ldt;

// Components of the extended state in the frame: x87, SSE, AVX; on a CPU without AVX only the first two.
static uint64_t components(const uint8_t *fp) {
    uint32_t magic;
    uint64_t features;
    memcpy(&magic, fp + SW_RESERVED, 4);
    memcpy(&features, fp + SW_RESERVED + 8, 8);
    return magic == FP_XSTATE_MAGIC1 ? features & 7 : 3;
}

static uint64_t current_segments(void) {  // but SS
    uint64_t ds, es, gs;
    __asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%gs, %2" : "=r"(ds), "=r"(es), "=r"(gs));
    return ds | es << 16 | gs << 48;
}

static void load_segments(uint64_t segments) {
    if ((current_segments() ^ segments) & 0xffff0000ffffffff)
        __asm__ volatile("mov %0, %%ds; mov %1, %%es; mov %2, %%gs"
                         : : "r"((uint32_t)segments), "r"((uint32_t)(segments >> 16)), "r"((uint32_t)(segments >> 48)));
}

// What the window does not show is zero; makes it so again.
static int has_strayed(void) {
    int found = 0;
    for (uint8_t *p = DATA + PAGE + sizeof untouched; p < WINDOW; p += sizeof untouched)
        if (memcmp(p, untouched, sizeof untouched)) {
            memset(p, 0, sizeof untouched);
            found = 1;
        }
    return found;
}

static void save(struct Case *c, ucontext_t *frame) {
    greg_t *reg = frame->uc_mcontext.gregs;
    for (int i = 0; i < 16; i++) c->reg[i] = reg[frame_register[i]];
    c->rip = reg[REG_RIP];
    c->rflags = reg[REG_EFL];
    c->trap = reg[REG_TRAPNO];
    if (has_strayed()) c->trap = STRAYED;
    if (c->trap != 3) c->rflags &= ~0x10000ull;  // RF, which is set for faults
    c->cr2 = c->trap == 14 ? reg[REG_CR2] : 0;
    c->cs = (uint16_t)reg[REG_CSGSFS];
    if (c->cs != CODE64) c->reg[4] &= 0xffffffff;  // above is what the kernel left
    c->segments = current_segments() | (uint64_t)reg[REG_CSGSFS] >> 48 << 32;
    const uint8_t *fp = (const uint8_t *)frame->uc_mcontext.fpregs;
    memcpy(c->fxsave, fp, FXSAVE_SIZE);
    memset(c->fxsave + POINTERS, 0, 24 - POINTERS);
    memset(c->fxsave + MXCSR_MASK, 0, 4);
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
    reg[REG_CSGSFS] = (int64_t)(c->cs | (c->segments >> 32 & 0xffff) << 48);
    if (has_ldt) load_segments(c->segments);
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
    (void)info;
    ucontext_t *frame = context;
    if (signal == SIGVTALRM && (current < 0 || ticked != current)) {  // one tick may come at any time
        ticked = current;
        return;
    }
    if (current >= 0) save(&results[current], frame);
    if (signal == SIGVTALRM) results[current].trap = LOST;
    if (++current == total) siglongjmp(done, 1);
    load(&cases[current], frame);
}

static void run_batch(long count) {
    struct itimerval tick = {{1, 0}, {1, 0}}, none = {{0, 0}, {0, 0}};
    current = ticked = -1;
    total = count;
    setitimer(ITIMER_VIRTUAL, &tick, 0);
    if (!sigsetjmp(done, 1)) __asm__ volatile("int3");
    setitimer(ITIMER_VIRTUAL, &none, 0);
    uint32_t mxcsr = 0x1f80;
    __asm__ volatile("fninit; ldmxcsr %0; cld" : : "m"(mxcsr));
}

// -- templates

static uint64_t random_state;

static uint64_t any(void) {  // xorshift64*
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545F4914F6CDD1Dull;
}

static uint32_t below(uint32_t limit) { return (any() >> 32) * limit >> 32; }

static void vary(const struct Template *t, struct Case *c) {
    for (int i = 0; i < 16; i++) {
        if (!(t->keep_registers >> i & 1))
            c->reg[i] = pools->integer[below(INTEGERS)] & (c->cs == CODE64 ? ~0ull : 0xffffffff);
        if (t->keep_vectors >> i & 1) continue;
        memcpy(c->fxsave + X87_SIZE + 16 * i, pools->vector[below(VECTORS)], 16);
        memcpy(c->upper + 16 * i, pools->vector[below(VECTORS)], 16);
    }
    if (!t->keep_flags) c->rflags = 0x202 | (any() >> 40 & 0x8d5) | (c->rflags & 0x400);
    if (!t->keep_x87) memcpy(c->fxsave, pools->head[below(HEADS)], X87_SIZE);
    memcpy(c->memory, pools->window[below(WINDOWS)], WINDOW_SIZE);
    if (t->operand_size && below(10) < 7) {
        if (t->operand_size == 10)  // an x87 register's value
            memcpy(c->memory + t->operand, pools->head[below(HEADS)] + 32 + 16 * below(8), 10);
        else for (unsigned i = 0; i < t->operand_size; i += 16) {
            unsigned left = t->operand_size - i;
            memcpy(c->memory + t->operand + i, pools->vector[below(VECTORS)], left < 16 ? left : 16);
        }
    }
    for (unsigned i = 0; i < sizeof t->keep_memory; i++) {
        if (!t->keep_memory[i]) continue;
        for (unsigned b = 0; b < 8; b++)
            if (t->keep_memory[i] >> b & 1) c->memory[8 * i + b] = t->base.memory[8 * i + b];
    }
}

static void expand(long count) {
    struct Case *c = cases;
    for (const struct Template *t = templates; t < templates + count; t++) {
        random_state = t->seed | 1;
        for (uint32_t i = 0; i < t->cases; i++, c++) {
            *c = t->base;
            if (i) vary(t, c);
        }
    }
}

// -- set-up

static void *map(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    void *got = mmap(at, length, protection, flags, fd, offset);
    if (got == MAP_FAILED || (at && got != at)) {
        perror("oracle: mmap");
        exit(1);
    }
    return got;
}

static size_t pages(size_t size) { return (size + PAGE - 1) & -(size_t)PAGE; }

static void fill_ldt(int count, char **segments) {
    has_ldt = 1;
    for (int i = 0; i < count; i++) {
        unsigned base, limit, flags;
        struct user_desc entry = {.entry_number = i};
        if (sscanf(segments[i], "%u %u %u", &base, &limit, &flags) != 3) exit(2);
        entry.base_addr = base;
        entry.limit = limit;
        // the flags' bits are the structure's last word
        memcpy((char *)&entry + 3 * sizeof(int), &flags, sizeof flags);
        if (syscall(SYS_modify_ldt, 0x11, &entry, sizeof entry) != 0) has_ldt = 0;
    }
    if (!has_ldt)  // good enough for 64-bit code
        syscall(SYS_arch_prctl, ARCH_SET_GS, GS_BASE);
}

int main(int argc, char **argv) {
    int fd = atoi(argv[1]);
    size_t most = strtoul(argv[2], 0, 0), code_size = strtoul(argv[3], 0, 0);
    size_t cases_size = pages(most * sizeof(struct Case)), pools_size = pages(sizeof(struct Pools));
    int fixed = MAP_FIXED_NOREPLACE;
    if (argc < 5 || strtoul(argv[4], 0, 0) != sizeof(struct Pools)) return 2;
    map(CODE, code_size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | fixed, fd, 0);
    uint8_t *shared = map(0, 2 * cases_size + pools_size + most * sizeof(struct Template), PROT_READ | PROT_WRITE,
                          MAP_SHARED, fd, code_size);
    cases = (struct Case *)shared;
    results = (struct Case *)(shared + cases_size);
    pools = (const struct Pools *)(shared + 2 * cases_size);
    templates = (const struct Template *)(shared + 2 * cases_size + pools_size);
    map(DATA + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
    map(DATA + 3 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
    fill_ldt(argc - 5, argv + 5);
    size_t stack_size = 1 << 20;
    stack_t stack = {.ss_sp = map(0, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                     .ss_size = stack_size};
    sigaltstack(&stack, 0);
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    const int caught[] = {SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGVTALRM};
    sigfillset(&action.sa_mask);
    for (unsigned i = 0; i < sizeof caught / sizeof *caught; i++) sigaction(caught[i], &action, 0);

    struct {
        uint64_t cases, templates;
    } order;
    while (read(0, &order, sizeof order) == sizeof order) {
        if (order.templates) expand(order.templates);
        run_batch(order.cases);
        if (write(1, "y", 1) != 1) return 1;
    }
    return 0;
}
