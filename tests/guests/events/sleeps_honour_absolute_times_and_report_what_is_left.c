#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
}

int main(void) {
    struct timespec t, left = {77, 77};
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += 30000000;
    if (t.tv_nsec >= 1000000000)
        t.tv_sec++, t.tv_nsec -= 1000000000;
    long start = now();
    SAY(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, &left));
    say("slept %d left untouched %ld", now() - start >= 28, left.tv_nsec);
    handle(SIGALRM, handler, SA_RESTART);
    struct itimerval timer = {.it_value = {0, 20000}};
    setitimer(ITIMER_REAL, &timer, 0);
    t = (struct timespec){3, 0};
    SAY(clock_nanosleep(CLOCK_REALTIME, 0, &t, &left));
    say("left %d", left.tv_sec == 2);
    t.tv_nsec = -1;
    SAY(nanosleep(&t, 0));
    SAY(nanosleep((void *)8, 0));
    SAY(clock_nanosleep(99, 0, &t, 0));
    SAY(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &left, 0));
    t = (struct timespec){1, 0};
    SAY(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, 0));
    SAY(usleep(1000));
    setitimer(ITIMER_REAL, &timer, 0);
    SAY(sleep(3) >= 2);
}
