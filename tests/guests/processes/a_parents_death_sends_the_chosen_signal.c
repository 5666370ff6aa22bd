#include "../guest.h"

static volatile int got;

static void handler(int signo, siginfo_t *info, void *context) {
    got = signo;
}

int main(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int is = 0;
    prctl(PR_GET_CHILD_SUBREAPER, &is);
    say("subreaper %d", is);
    pid_t middle = fork();
    if (!middle) {
        pid_t child = fork();
        if (!child) {
            int signo;
            handle(SIGUSR1, handler, 0);
            SAY(prctl(PR_SET_PDEATHSIG, SIGUSR1));
            SAY(prctl(PR_SET_PDEATHSIG, 99));
            prctl(PR_GET_PDEATHSIG, &signo);
            say("set %d", signo == SIGUSR1);
            sigset_t none;
            sigemptyset(&none);
            block(SIGUSR1);
            kill(getppid(), SIGKILL);
            sigsuspend(&none);
            _exit(got);
        }
        pause();
    }
    int status;
    waitpid(middle, &status, 0);
    int middle_status = status;
    pid_t orphan = wait(&status);
    say_status("middle", middle_status);
    say("another one %d", orphan != middle);
    say_status("orphan", status);
}
