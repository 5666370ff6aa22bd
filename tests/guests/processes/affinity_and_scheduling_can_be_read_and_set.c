#include "../guest.h"

int main(void) {
    cpu_set_t set, now;
    SAY(sched_getaffinity(0, sizeof set, &set));
    int first = -1;
    for (int i = 0; i < CPU_SETSIZE && first < 0; i++)
        if (CPU_ISSET(i, &set))
            first = i;
    CPU_ZERO(&now);
    CPU_SET(first, &now);
    SAY(sched_setaffinity(0, sizeof now, &now));
    SAY(CPU_COUNT(&now));
    unsigned cpu = 99, node = 99;
    SAY(getcpu(&cpu, &node));
    SAY(cpu == (unsigned)first);
    SAY(sched_getcpu() == first);
    pid_t child = fork();
    if (!child) {
        sched_getaffinity(0, sizeof now, &now);
        say("child may use %d", CPU_COUNT(&now));
        _exit(0);
    }
    waitpid(child, 0, 0);
    SAY(sched_getaffinity(0, 1, &now));
    SAY(sched_getaffinity(0x7FFFFFF0, sizeof now, &now));
    CPU_ZERO(&now);
    SAY(sched_setaffinity(0, sizeof now, &now));
    SAY(sched_getscheduler(0));
    struct sched_param parameter = {0};
    SAY(sched_setscheduler(0, SCHED_BATCH, &parameter));
    SAY(sched_getscheduler(0));
    parameter.sched_priority = 5;
    SAY(sched_setscheduler(0, SCHED_OTHER, &parameter));
    SAY(sched_get_priority_max(SCHED_FIFO));
    SAY(sched_get_priority_min(SCHED_RR));
    SAY(setpriority(PRIO_PROCESS, 0, 5));
    SAY(getpriority(PRIO_PROCESS, 0));
    SAY(sched_yield());
    struct timespec interval;
    SAY(sched_rr_get_interval(0, &interval));
}
