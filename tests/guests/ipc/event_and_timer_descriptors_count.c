#include "../guest.h"
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/signalfd.h>

int main(void) {
    uint64_t v = 3;
    int e = eventfd(2, EFD_NONBLOCK | EFD_SEMAPHORE);
    SAY(write(e, &v, 8));
    SAY(read(e, &v, 8));
    say("%ld", (long)v);
    SAY(read(e, &v, 4));
    int n = 1;
    while (read(e, &v, 8) == 8)
        n++;
    say("%d times, then %s", n, strerrorname_np(errno));
    v = -1;
    SAY(write(e, &v, 8));
    v = -2;
    SAY(write(e, &v, 8));
    SAY(write(e, &v, 8));
    SAY(eventfd(0, 0x100));
    int t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec s = {{0, 2000000}, {60, 0}}, old;
    SAY(timerfd_settime(t, 0, &s, 0));
    SAY(read(t, &v, 8));
    s.it_value = (struct timespec){0, 1000000};
    SAY(timerfd_settime(t, 0, &s, 0));
    nap(30);
    SAY(read(t, &v, 8));
    say("several %d", v > 5);
    SAY(timerfd_gettime(t, &old));
    say("%ld", old.it_interval.tv_nsec);
    s.it_value.tv_nsec = 1000000000;
    SAY(timerfd_settime(t, 0, &s, 0));
    SAY(timerfd_settime(t, 0, (void *)1, 0));
    SAY(timerfd_settime(e, 0, &old, 0));
    SAY(timerfd_create(77, 0));
    block(SIGUSR1);
    sigset_t set = set_of(SIGUSR1, 0);
    int f = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    struct signalfd_siginfo i;
    SAY(read(f, &i, sizeof i));
    raise(SIGUSR1);
    SAY(read(f, &i, sizeof i));
    say("%d %d", i.ssi_signo == SIGUSR1, i.ssi_pid == (uint32_t)getpid());
    SAY(read(f, &i, 10));
    SAY(signalfd(f, (void *)1, 0));
}
