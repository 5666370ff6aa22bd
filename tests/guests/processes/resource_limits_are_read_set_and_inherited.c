#include "../guest.h"

int main(int argc, char **argv) {
    struct rlimit limit;
    if (argc > 1) {
        int kinds[] = {RLIMIT_NOFILE, RLIMIT_CORE, RLIMIT_STACK, RLIMIT_AS, RLIMIT_DATA, RLIMIT_NPROC};
        for (int i = 0; i < 6; i++) {
            getrlimit(kinds[i], &limit);
            say("%d: %ld %ld", kinds[i], (long)limit.rlim_cur, (long)limit.rlim_max);
        }
        return 0;
    }
    struct { int kind; long soft, hard; } set[] = {
        {RLIMIT_NOFILE, 100, 200}, {RLIMIT_CORE, 5, 10}, {RLIMIT_STACK, 1 << 20, 1 << 23},
        {RLIMIT_AS, 1l << 33, 1l << 34}, {RLIMIT_DATA, 1l << 32, 1l << 33}, {RLIMIT_NPROC, 5000, 6000}};
    for (int i = 0; i < 6; i++) {
        limit = (struct rlimit){set[i].soft, set[i].hard};
        say("%d", setrlimit(set[i].kind, &limit));
    }
    limit = (struct rlimit){20, 10};
    SAY(setrlimit(RLIMIT_CORE, &limit));
    SAY(setrlimit(99, &limit));
    SAY(getrlimit(99, &limit));
    SAY(prlimit(0, RLIMIT_CORE, 0, &limit));
    say("%ld", (long)limit.rlim_cur);
    SAY(prlimit(0x7FFFFFF0, RLIMIT_CORE, 0, &limit));
    int fd;
    for (fd = 0; (fd = dup(0)) >= 0;)
        if (fd > 150)
            break;
    say("%s", strerrorname_np(errno));
    for (int i = 3; i < 100; i++)
        close(i);
    execl("/proc/self/exe", "x", "y", (char *)0);
}
