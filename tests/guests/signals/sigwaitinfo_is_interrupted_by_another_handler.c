#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("handler of %s", sigabbrev_np(signo));
}

int main(void) {
    handle(SIGALRM, handler, SA_RESTART);
    sigset_t set = set_of(SIGUSR1, 0);
    sigprocmask(SIG_BLOCK, &set, 0);
    struct itimerval timer = {.it_value = {0, 30000}};
    setitimer(ITIMER_REAL, &timer, 0);
    siginfo_t info;
    SAY(sigwaitinfo(&set, &info));
    timer.it_value.tv_usec = 30000;
    setitimer(ITIMER_REAL, &timer, 0);
    struct timespec ten = {10, 0};
    SAY(sigtimedwait(&set, &info, &ten));
}
