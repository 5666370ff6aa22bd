#include "../guest.h"

static long used(int who) {
    struct rusage usage;
    getrusage(who, &usage);
    return usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_sec * 1000000 +
           usage.ru_stime.tv_usec;
}

int main(void) {
    say("children at first %ld", used(RUSAGE_CHILDREN));
    pid_t child = fork();
    if (!child) {
        while (used(RUSAGE_SELF) < 50000)
            ;
        _exit(0);
    }
    siginfo_t info;
    waitid(P_PID, child, &info, WEXITED | WNOWAIT);
    say("before the wait %ld", used(RUSAGE_CHILDREN));
    waitpid(child, 0, 0);
    say("after it %d", used(RUSAGE_CHILDREN) >= 40000);
    struct rusage usage;
    SAY(getrusage(RUSAGE_THREAD, &usage));
    SAY(getrusage(77, &usage));
    SAY(getrusage(0, (void *)8));
    say("resident %d", usage.ru_maxrss > 0);
}
