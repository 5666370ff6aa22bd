#include "../guest.h"

int main(void) {
    struct rlimit limit = {20, 20};
    setrlimit(RLIMIT_SIGPENDING, &limit);
    if (setuid(54321))
        return SKIP;
    block(SIGRTMIN);
    union sigval value = {.sival_int = 1};
    int sent = 0;
    while (sigqueue(getpid(), SIGRTMIN, value) == 0 && sent < 100)
        sent++;
    say("%d sent, then %s", sent, strerrorname_np(errno));
    SAY(sigqueue(getpid(), 0, value));
    SAY(sigqueue(getpid(), 65, value));
    SAY(kill(getpid(), SIGRTMIN));
    struct timespec zero = {0};
    sigset_t set = set_of(SIGRTMIN, 0);
    siginfo_t info;
    int got = 0;
    while (sigtimedwait(&set, &info, &zero) > 0)
        got++;
    say("%d received", got);
}
