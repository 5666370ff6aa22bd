#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("SIG%s code %d", sigabbrev_np(signo), info->si_code);
}

int main(void) {
    handle(SIGUSR1, handler, 0);
    handle(SIGUSR2, handler, 0);
    block(SIGUSR1);
    block(SIGUSR2);
    raise(SIGUSR2);
    raise(SIGUSR1);
    kill(getpid(), SIGUSR1);  // merged with the first
    sigset_t pending;
    sigpending(&pending);
    say("pending %d %d %d", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGUSR2),
        sigismember(&pending, SIGTERM));
    unblock(SIGUSR1);
    say("between");
    unblock(SIGUSR2);
    say("end");
}
