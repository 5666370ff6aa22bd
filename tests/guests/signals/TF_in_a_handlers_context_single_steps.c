#include "../guest.h"

static volatile int steps;

static void trap(int signo, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    if (!steps)
        say("code %d trap %lld", info->si_code, u->uc_mcontext.gregs[REG_TRAPNO]);
    if (++steps == 50)
        u->uc_mcontext.gregs[REG_EFL] &= ~0x100ll;
}

static void start(int signo, siginfo_t *info, void *context) {
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= 0x100;
}

int main(void) {
    handle(SIGTRAP, trap, 0);
    handle(SIGUSR1, start, 0);
    raise(SIGUSR1);
    for (volatile int i = 0; i < 100; i++)
        ;
    say("%d steps", steps);
}
