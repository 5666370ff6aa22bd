#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s", sigabbrev_np(signo));
}

int main(void) {
    handle(SIGALRM, handler, SA_RESTART);
    struct itimerval timer = {.it_value = {0, 20000}};
    setitimer(ITIMER_REAL, &timer, 0);
    SAY(pause());
    handle(SIGALRM, handler, 0);
    setitimer(ITIMER_REAL, &timer, 0);
    SAY(pause());
}
