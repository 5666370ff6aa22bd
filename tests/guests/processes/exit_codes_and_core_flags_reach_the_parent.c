#include "../guest.h"

int main(void) {
    int codes[] = {0, 1, 255, 256, -1, 1000};
    for (int i = 0; i < 6; i++) {
        pid_t child = fork();
        if (!child)
            syscall(i & 1 ? SYS_exit : SYS_exit_group, codes[i]);
        int status;
        waitpid(child, &status, 0);
        say("%d: %#x", codes[i], status);
    }
    if (chdir("/proc"))  // where no core file can be written
        die("chdir");
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    for (int signo = 1; signo < 65; signo++) {
        if (signo >= SIGSTOP && signo <= SIGTTOU)
            continue;
        pid_t child = fork();
        if (!child) {
            raise(signo);
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        say("signal %d: %#x", signo, status);
        if (signo == 31)
            signo = 62;
    }
    pid_t child = fork();
    if (!child)
        abort();
    int status;
    waitpid(child, &status, 0);
    say_status("abort", status);
}
