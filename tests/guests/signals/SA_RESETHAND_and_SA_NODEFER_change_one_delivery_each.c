#include "../guest.h"

static int depth, left;

static void handler(int signo, siginfo_t *info, void *context) {
    struct sigaction now;
    sigaction(signo, 0, &now);
    say("depth %d default now %d", ++depth, now.sa_handler == SIG_DFL);
    if (left-- > 0)
        raise(signo);
    depth--;
}

int main(void) {
    handle(SIGUSR1, handler, SA_NODEFER);
    left = 2;
    raise(SIGUSR1);
    handle(SIGUSR1, handler, 0);
    left = 2;
    raise(SIGUSR1);
    left = 0;
    handle(SIGURG, handler, SA_RESETHAND);
    raise(SIGURG);
    raise(SIGURG);
    pid_t child = fork();
    if (!child) {
        handle(SIGUSR2, handler, SA_RESETHAND | SA_NODEFER);
        left = 1;
        raise(SIGUSR2);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
