#include "../guest.h"

static void show_mask(const char *when) {
    sigset_t set;
    sigprocmask(SIG_BLOCK, 0, &set);
    say("%s: USR1 %d USR2 %d HUP %d", when, sigismember(&set, SIGUSR1), sigismember(&set, SIGUSR2),
        sigismember(&set, SIGHUP));
}

static void handler(int signo, siginfo_t *info, void *context) {
    show_mask(sigabbrev_np(signo));
    ucontext_t *u = context;
    say("saved: USR1 %d USR2 %d HUP %d", sigismember(&u->uc_sigmask, SIGUSR1),
        sigismember(&u->uc_sigmask, SIGUSR2), sigismember(&u->uc_sigmask, SIGHUP));
}

int main(void) {
    handle(SIGUSR1, handler, 0);
    handle(SIGUSR2, handler, 0);
    block(SIGUSR1);
    block(SIGUSR2);
    raise(SIGUSR1);
    raise(SIGUSR2);
    sigset_t waiting = set_of(SIGHUP, SIGUSR2, 0);
    SAY(sigsuspend(&waiting));
    show_mask("after");
    sigemptyset(&waiting);
    SAY(sigsuspend(&waiting));
    show_mask("end");
}
