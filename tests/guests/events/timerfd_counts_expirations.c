#include "../guest.h"

#include <sys/timerfd.h>
int main(void) {
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    uint64_t count = 0;
    struct itimerspec spec = {{0, 5000000}, {0, 5000000}}, old;
    SAY(read(fd, &count, 8));
    SAY(timerfd_settime(fd, 0, &spec, &old));
    nap(40);
    SAY(read(fd, &count, 8));
    say("several %d", count >= 5 && count < 60);
    SAY(timerfd_gettime(fd, &old));
    say("interval %ld left %d", old.it_interval.tv_nsec, old.it_value.tv_nsec <= 5000000);
    spec = (struct itimerspec){0};
    SAY(timerfd_settime(fd, 0, &spec, 0));
    clock_gettime(CLOCK_MONOTONIC, &spec.it_value);
    SAY(timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, 0));
    struct pollfd waiting = {fd, POLLIN, 0};
    SAY(poll(&waiting, 1, 1000));
    SAY(read(fd, &count, 8));
    say("%lu", (unsigned long)count);
    spec.it_value.tv_nsec = 1000000000;
    SAY(timerfd_settime(fd, 0, &spec, 0));
    SAY(timerfd_settime(fd, 99, &spec, 0));
    SAY(timerfd_settime(0, 0, &spec, 0));
    SAY(timerfd_create(99, 0));
    SAY(read(fd, &count, 4));
}
