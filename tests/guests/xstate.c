// The extended state in a signal frame: a handler reads the YMM registers there, changes them, or
// damages the frame. Registers are loaded and read by XRSTOR and XSAVE. argv[1] names the case.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#define SW_RESERVED 464
#define XSTATE_BV 512
#define XMM 160
#define UPPER 576
#define AREA 832
#define MAGIC1 0x46505853
#define MAGIC2 0x46505845

static uint8_t area[AREA] __attribute__((aligned(64)));
static char altstack[65536];
static const char *wanted;

static uint32_t word(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, 4);
    return value;
}

// Every byte of YMM0 to YMM15, made from a seed; MXCSR with rounding up.
static void load_registers(int seed) {
    memset(area, 0, sizeof area);
    area[0] = 0x7f, area[1] = 0x03;
    area[24] = 0x80, area[25] = 0x5f;
    for (int i = 0; i < 256; i++) {
        area[XMM + i] = seed + i;
        area[UPPER + i] = seed ^ i * 5;
    }
    area[XSTATE_BV] = 7;
    __asm__ volatile("xrstor64 %0" : : "m"(area), "a"(7), "d"(0) : "memory");
}

static void print_registers(const char *what, const uint8_t *state) {
    printf("%s mxcsr %x", what, word(state + 24));
    for (int i = 0; i < 16; i += 5) {
        printf(" ymm%d ", i);
        for (int b = 0; b < 16; b++) printf("%02x", state[XMM + 16 * i + b]);
        for (int b = 0; b < 16; b++) printf("%02x", state[UPPER + 16 * i + b]);
    }
    puts("");
}

static void read_registers(void) {  // without a call in between, which may use them
    __asm__ volatile("xsave64 %0" : "+m"(area) : "a"(7), "d"(0) : "memory");
}

static void handler(int signo, siginfo_t *info, void *context) {
    static uint8_t mine[AREA] __attribute__((aligned(64)));
    (void)info;
    __asm__ volatile("xsave64 %0" : "+m"(mine) : "a"(7), "d"(0) : "memory");
    ucontext_t *u = context;
    uint8_t *state = (uint8_t *)u->uc_mcontext.fpregs;
    uint32_t size = word(state + SW_RESERVED + 16);
    printf("signal %d flags %lx aligned %d magic %d %d sizes agree %d\n", signo, u->uc_flags,
           (int)((uintptr_t)state & 63), word(state + SW_RESERVED) == MAGIC1, word(state + size) == MAGIC2,
           word(state + SW_RESERVED + 4) == size + 4 && size >= AREA);
    printf("components %x in frame %x zero reserved %d\n", word(state + SW_RESERVED + 8) & 7,
           word(state + XSTATE_BV) & 7, word(state + XSTATE_BV + 8) == 0 && word(state + XSTATE_BV + 16) == 0);
    print_registers("frame", state);
    print_registers("handler", mine);
    if (!strcmp(wanted, "edit"))
        for (int i = 0; i < 256; i++) state[XMM + i] ^= 0xff, state[UPPER + i] += 3;
    if (!strcmp(wanted, "initial")) state[XSTATE_BV] &= ~4;
    if (!strcmp(wanted, "initial-sse")) state[XSTATE_BV] &= ~2;
    if (!strcmp(wanted, "fewer")) state[SW_RESERVED + 8] &= ~4;
    if (!strcmp(wanted, "no-magic")) state[SW_RESERVED] ^= 1;
    if (!strcmp(wanted, "no-second-magic")) state[size] ^= 1;
    if (!strcmp(wanted, "no-state")) u->uc_mcontext.fpregs = 0;
    if (!strcmp(wanted, "bad-header")) state[XSTATE_BV + 16] = 1;
    if (!strcmp(wanted, "bad-component")) state[XSTATE_BV + 7] = 0x40;
    if (!strcmp(wanted, "bad-mxcsr")) state[27] = 0x80;
    if (signo == SIGILL) u->uc_mcontext.gregs[REG_RIP] += 2;
    fflush(stdout);
    load_registers(99);
}

int main(int argc, char **argv) {
    wanted = argc > 1 ? argv[1] : "";
    stack_t stack = {.ss_sp = altstack, .ss_size = sizeof altstack};
    sigaltstack(&stack, 0);
    int flags = SA_SIGINFO | (strcmp(wanted, "alternate") ? 0 : SA_ONSTACK);
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags};
    sigaction(SIGUSR1, &action, 0);
    sigaction(SIGILL, &action, 0);
    int fault = !strcmp(wanted, "fault");
    long result, pid = getpid();
    load_registers(7);
    if (fault) {
        __asm__ volatile("ud2");
    } else {
        __asm__ volatile("syscall" : "=a"(result) : "a"(62), "D"(pid), "S"(SIGUSR1) : "rcx", "r11", "memory");
    }
    read_registers();
    print_registers("after", area);
    return 0;
}
