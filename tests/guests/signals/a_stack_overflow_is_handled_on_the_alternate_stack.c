#include "../guest.h"

#include <setjmp.h>
static char stack[65536];
static sigjmp_buf back;
static volatile long depth;

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s code %d near the stack %d", sigabbrev_np(signo), info->si_code,
        labs((long)info->si_addr - (long)((ucontext_t *)context)->uc_mcontext.gregs[REG_RSP]) < 65536);
    siglongjmp(back, 1);
}

__attribute__((noinline)) static int deeper(volatile char *above) {
    volatile char frame[4096];
    frame[0] = *above;
    depth++;
    return deeper(frame) + frame[0];
}

int main(void) {
    stack_t set = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&set, 0);
    handle(SIGSEGV, handler, SA_ONSTACK);
    for (int i = 0; i < 2; i++) {
        if (!sigsetjmp(back, 1))
            deeper((char *)&set);
        stack_t now;
        sigaltstack(0, &now);
        say("deep %d flags %d", depth > 1000, now.ss_flags);
    }
}
