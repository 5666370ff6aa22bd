#include "../guest.h"

int main(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max = RLIM_INFINITY;
    if (setrlimit(RLIMIT_CORE, &limit))
        return SKIP;
    int signals[] = {SIGSEGV, SIGABRT, SIGQUIT, SIGTERM};
    for (int i = 0; i < 4; i++) {
        for (int dumpable = 0; dumpable < 2; dumpable++) {
            pid_t child = fork();
            if (!child) {
                prctl(PR_SET_DUMPABLE, dumpable);
                limit.rlim_cur = limit.rlim_max = 4096;
                setrlimit(RLIMIT_CORE, &limit);
                if (i == 0)
                    *(volatile int *)0 = 0;
                raise(signals[i]);
                _exit(0);
            }
            int status;
            waitpid(child, &status, 0);
            say_status(dumpable ? "dumpable" : "not dumpable", status);
        }
    }
}
