#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s", sigabbrev_np(signo));
}

int main(void) {
    handle(SIGALRM, handler, 0);
    signal(SIGUSR1, SIG_IGN);
    pid_t parent = getpid();
    long start = now();
    struct itimerval timer = {.it_value = {0, 120000}};
    setitimer(ITIMER_REAL, &timer, 0);
    pid_t child = fork();
    if (!child) {
        nap(10);
        kill(parent, SIGUSR1);
        kill(parent, SIGWINCH);
        kill(parent, SIGCONT);
        _exit(0);
    }
    sigset_t none;
    sigemptyset(&none);
    SAY(sigsuspend(&none));
    say("waited for the alarm %d", now() - start >= 110);
    waitpid(child, 0, 0);
}
