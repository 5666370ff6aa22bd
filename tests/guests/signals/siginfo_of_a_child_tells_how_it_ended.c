#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("code %d status %d child %d uid mine %d", info->si_code, info->si_status, info->si_pid > 0,
        info->si_uid == getuid());
}

static pid_t child_that(void (*act)(void)) {
    pid_t child = fork();
    if (!child) {
        act();
        _exit(42);
    }
    return child;
}

static void leave(void) {
    _exit(7);
}

static void hang(void) {
    pause();
}

int main(void) {
    sigset_t none;
    sigemptyset(&none);
    block(SIGCHLD);
    handle(SIGCHLD, handler, 0);
    pid_t child = child_that(leave);
    sigsuspend(&none);
    waitpid(child, 0, 0);
    child = child_that(hang);
    kill(child, SIGSTOP);
    sigsuspend(&none);
    kill(child, SIGCONT);
    sigsuspend(&none);
    kill(child, SIGTERM);
    sigsuspend(&none);
    waitpid(child, 0, 0);
    handle(SIGCHLD, handler, SA_NOCLDSTOP);
    child = child_that(hang);
    kill(child, SIGSTOP);
    int status;
    waitpid(child, &status, WUNTRACED);
    say_status("child", status);
    kill(child, SIGKILL);
    sigsuspend(&none);
    waitpid(child, 0, 0);
}
