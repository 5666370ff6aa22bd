#include "../guest.h"

static char stack[65536];

static void handler(int signo, siginfo_t *info, void *context) {
    char here;
    stack_t now, other = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(0, &now);
    bool inside = &here >= stack && &here < stack + sizeof stack;
    say("on it %d flags %d same %d", inside, now.ss_flags, now.ss_sp == stack && now.ss_size == sizeof stack);
    SAY(sigaltstack(&other, 0));
    ucontext_t *u = context;
    if (u->uc_stack.ss_size)
        say("saved flags %d size %zu", u->uc_stack.ss_flags, u->uc_stack.ss_size);
}

int main(void) {
    stack_t old, set = {.ss_sp = stack, .ss_size = sizeof stack};
    SAY(sigaltstack(0, &old));
    say("flags %d size %zu", old.ss_flags, old.ss_size);
    handle(SIGUSR1, handler, SA_ONSTACK);
    raise(SIGUSR1);
    SAY(sigaltstack(&set, 0));
    raise(SIGUSR1);
    handle(SIGUSR1, handler, 0);
    raise(SIGUSR1);
    set.ss_size = 100;
    SAY(sigaltstack(&set, 0));
    set.ss_flags = 77;
    SAY(sigaltstack(&set, 0));
    set.ss_flags = SS_DISABLE;
    SAY(sigaltstack(&set, &old));
    say("flags %d size %zu", old.ss_flags, old.ss_size);
    SAY(sigaltstack(0, &old));
    say("flags %d size %zu", old.ss_flags, old.ss_size);
}
