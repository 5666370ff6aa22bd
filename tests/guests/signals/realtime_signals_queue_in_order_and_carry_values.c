#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("RTMIN+%d value %d code %d mine %d", signo - SIGRTMIN, info->si_value.sival_int, info->si_code,
        info->si_pid == getpid() && info->si_uid == getuid());
}

int main(void) {
    for (int i = 0; i < 4; i++) {
        handle(SIGRTMIN + i, handler, 0);
        block(SIGRTMIN + i);
    }
    for (int i = 0; i < 3; i++)
        for (int n = 3; n >= 0; n--) {
            union sigval value = {.sival_int = 100 * n + i};
            sigqueue(getpid(), SIGRTMIN + n, value);
        }
    sigset_t none;
    sigemptyset(&none);
    say("one by one, the lowest last to start as frames nest");
    sigprocmask(SIG_SETMASK, &none, 0);
    say("end");
}
