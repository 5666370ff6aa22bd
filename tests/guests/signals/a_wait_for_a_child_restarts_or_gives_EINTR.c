#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s", sigabbrev_np(signo));
}

int main(void) {
    for (int restart = 0; restart < 2; restart++) {
        handle(SIGALRM, handler, restart ? SA_RESTART : 0);
        pid_t child = fork();
        if (!child) {
            nap(120);
            _exit(3);
        }
        struct itimerval timer = {.it_value = {0, 30000}};
        setitimer(ITIMER_REAL, &timer, 0);
        int status = 0;
        pid_t got = waitpid(child, &status, 0);
        say("waitpid %s", got == child ? "the child" : strerrorname_np(errno));
        if (got != child)
            waitpid(child, &status, 0);
        say_status("child", status);
    }
}
