#include "../guest.h"

int main(int argc, char **argv) {
    if (argc == 1) {
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
        timer_t timer;
        timer_create(CLOCK_MONOTONIC, &event, &timer);
        struct itimerspec spec = {{0, 0}, {0, 300000000}};
        timer_settime(timer, 0, &spec, 0);
        struct itimerval real = {.it_value = {50, 0}};
        setitimer(ITIMER_REAL, &real, 0);
        execl("/proc/self/exe", "again", "x", (char *)0);
    }
    struct itimerval real;
    getitimer(ITIMER_REAL, &real);
    say("real timer %d", real.it_value.tv_sec > 40);
    struct itimerspec spec;
    SAY(syscall(SYS_timer_gettime, 0, &spec));
    nap(400);
    say("still alive");
    alarm(0);
    raise(SIGALRM);
}
