#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("handler %s", sigabbrev_np(signo));
}

int main(void) {
    handle(SIGUSR1, handler, 0);
    block(SIGUSR1);
    raise(SIGUSR1);
    struct itimerval timer = {.it_value = {100, 0}};
    setitimer(ITIMER_REAL, &timer, 0);
    pid_t child = fork();
    if (!child) {
        sigset_t set;
        sigpending(&set);
        say("child pending %d", sigismember(&set, SIGUSR1));
        sigprocmask(SIG_BLOCK, 0, &set);
        say("child blocks %d", sigismember(&set, SIGUSR1));
        getitimer(ITIMER_REAL, &timer);
        say("child timer %ld", (long)timer.it_value.tv_sec);
        unblock(SIGUSR1);
        raise(SIGUSR1);
        _exit(0);
    }
    waitpid(child, 0, 0);
    getitimer(ITIMER_REAL, &timer);
    say("parent timer runs %d", timer.it_value.tv_sec > 90);
    unblock(SIGUSR1);
}
