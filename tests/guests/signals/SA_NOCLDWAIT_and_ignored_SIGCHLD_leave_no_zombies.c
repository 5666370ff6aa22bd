#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
}

int main(void) {
    for (int how = 0; how < 2; how++) {
        if (how)
            signal(SIGCHLD, SIG_IGN);
        else
            handle(SIGCHLD, handler, SA_NOCLDWAIT | SA_RESTART);
        pid_t child = fork();
        if (!child)
            _exit(3);
        int status = -1;
        SAY(waitpid(child, &status, 0));
        say("status %d", status);
        SAY(kill(child, 0));
    }
    signal(SIGCHLD, SIG_DFL);
    pid_t child = fork();
    if (!child)
        _exit(3);
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
