#include "../guest.h"

#define AUTODISARM (1u << 31)
static char stack[65536], second[65536];

static void handler(int signo, siginfo_t *info, void *context) {
    char here;
    stack_t now, other = {.ss_sp = second, .ss_size = sizeof second};
    sigaltstack(0, &now);
    say("on first %d on second %d flags %d size %zu", &here >= stack && &here < stack + sizeof stack,
        &here >= second && &here < second + sizeof second, now.ss_flags, now.ss_size);
    if (signo == SIGUSR1) {
        SAY(sigaltstack(&other, 0));
        raise(SIGUSR2);
    }
}

int main(void) {
    stack_t now, set = {.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = AUTODISARM};
    SAY(sigaltstack(&set, 0));
    sigaltstack(0, &now);
    say("flags %#x", now.ss_flags);
    handle(SIGUSR1, handler, SA_ONSTACK);
    handle(SIGUSR2, handler, SA_ONSTACK);
    raise(SIGUSR1);
    sigaltstack(0, &now);
    say("flags %#x first again %d", now.ss_flags, now.ss_sp == stack);
}
