#include "../guest.h"

int main(void) {
    sigset_t set = set_of(SIGUSR1, SIGUSR2, SIGRTMIN + 1, SIGRTMIN, 0);
    sigprocmask(SIG_BLOCK, &set, 0);
    union sigval value = {.sival_int = 7};
    sigqueue(getpid(), SIGRTMIN + 1, value);
    value.sival_int = 8;
    sigqueue(getpid(), SIGRTMIN, value);
    kill(getpid(), SIGUSR2);
    raise(SIGUSR1);
    struct timespec soon = {0, 20000000};
    siginfo_t info;
    int signo;
    while ((signo = sigtimedwait(&set, &info, &soon)) > 0)
        say("signal %d code %d value %d", signo, info.si_code,
            info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
    say("then %s", strerrorname_np(errno));
    struct timespec bad = {0, 1000000000};
    SAY(sigtimedwait(&set, &info, &bad));
    kill(getpid(), SIGUSR1);
    int got = 0;
    say("sigwait %d, %d", sigwait(&set, &got), got);
}
