#include "../guest.h"

#include <sys/times.h>
int main(void) {
    SAY(getpid() == gettid());
    SAY(getppid() == getpid());
    pid_t parent = getpid(), child = fork();
    if (!child)
        _exit(getppid() == parent && getpid() != parent ? 4 : 5);
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
    struct tms t;
    SAY(times(&t) > 0);
    SAY(times((void *)8));
    struct timespec cpu;
    SAY(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu));
    SAY(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu));
    clockid_t clock;
    SAY(clock_getcpuclockid(0, &clock));
    SAY(clock_gettime(clock, &cpu));
    SAY(clock_gettime(99, &cpu));
    SAY(clock_getres(CLOCK_MONOTONIC, &cpu));
    SAY(clock_gettime(CLOCK_BOOTTIME, &cpu));
    SAY(clock_gettime(CLOCK_TAI, (void *)8));
    SAY(kill(parent, 0));
}
