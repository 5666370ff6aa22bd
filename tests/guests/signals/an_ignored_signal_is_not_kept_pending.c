#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("handler %s", sigabbrev_np(signo));
}

static void pending(const char *when) {
    sigset_t set;
    sigpending(&set);
    say("%s: USR1 %d CHLD %d RT %d", when, sigismember(&set, SIGUSR1), sigismember(&set, SIGCHLD),
        sigismember(&set, SIGRTMIN));
}

int main(void) {
    int numbers[] = {SIGUSR1, SIGCHLD, SIGRTMIN};
    for (int i = 0; i < 3; i++) {
        handle(numbers[i], handler, 0);
        block(numbers[i]);
        raise(numbers[i]);
        raise(numbers[i]);
    }
    pending("blocked with handlers");
    for (int i = 0; i < 3; i++)
        signal(numbers[i], SIG_IGN);
    pending("ignored");
    raise(SIGUSR1);
    pending("raised while ignored and blocked");
    signal(SIGCHLD, SIG_DFL);
    raise(SIGCHLD);
    pending("default ignored");
    for (int i = 0; i < 3; i++) {
        handle(numbers[i], handler, 0);
        unblock(numbers[i]);
    }
    say("end");
}
