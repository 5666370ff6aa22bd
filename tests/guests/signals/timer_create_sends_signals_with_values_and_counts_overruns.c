#include "../guest.h"

static volatile int got;

static void handler(int signo, siginfo_t *info, void *context) {
    if (!got++)
        say("code %d value %d overrun %d", info->si_code, info->si_value.sival_int, info->si_overrun);
}

int main(void) {
    handle(SIGRTMIN + 2, handler, 0);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2};
    event.sigev_value.sival_int = 99;
    timer_t timer;
    SAY(timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec spec = {{0, 0}, {0, 5000000}}, old;
    SAY(timer_settime(timer, 0, &spec, 0));
    while (!got)
        pause();
    SAY(timer_getoverrun(timer));
    block(SIGRTMIN + 2);
    spec = (struct itimerspec){{0, 1000000}, {0, 1000000}};
    timer_settime(timer, 0, &spec, 0);
    nap(60);
    timer_gettime(timer, &old);
    say("interval %ld", old.it_interval.tv_nsec);
    sigset_t set = set_of(SIGRTMIN + 2, 0);
    siginfo_t info;
    sigwaitinfo(&set, &info);
    say("overrun many %d same %d", info.si_overrun > 20, info.si_overrun <= timer_getoverrun(timer));
    SAY(timer_delete(timer));
    SAY(syscall(SYS_timer_delete, 12345));
    spec.it_value.tv_nsec = 1000000000;
    SAY(timer_create(CLOCK_REALTIME, &event, &timer));
    SAY(timer_settime(timer, 0, &spec, 0));
    event.sigev_signo = 77;
    SAY(timer_create(CLOCK_REALTIME, &event, &timer));
    SAY(timer_create(77, 0, &timer));
}
