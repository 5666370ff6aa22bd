#include "../guest.h"

static volatile int count[65];

static void handler(int signo, siginfo_t *info, void *context) {
    count[signo]++;
}

int main(void) {
    int kinds[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}, signals[] = {SIGALRM, SIGVTALRM, SIGPROF};
    for (int i = 0; i < 3; i++) {
        handle(signals[i], handler, SA_RESTART);
        struct itimerval timer = {{0, 8000}, {0, 8000}}, old;
        setitimer(kinds[i], &timer, 0);
        while (count[signals[i]] < 3)
            ;
        getitimer(kinds[i], &old);
        say("%s interval %ld left at most %d", sigabbrev_np(signals[i]), (long)old.it_interval.tv_usec,
            old.it_value.tv_sec == 0 && old.it_value.tv_usec <= 12000);
        timer = (struct itimerval){0};
        setitimer(kinds[i], &timer, &old);
        count[signals[i]] = 0;
        nap(20);
        say("stopped %d", count[signals[i]] == 0);
    }
    struct itimerval bad = {{0, 0}, {0, 1000000}};
    SAY(setitimer(ITIMER_REAL, &bad, 0));
    SAY(setitimer(3, &bad, 0));
    SAY(alarm(100));
    SAY(alarm(0));
    SAY(alarm(0));
}
