#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s", sigabbrev_np(signo));
}

int main(void) {
    pid_t child = fork();
    if (!child) {
        handle(SIGCONT, handler, 0);
        handle(SIGTSTP, handler, 0);
        raise(SIGTSTP);
        signal(SIGTSTP, SIG_IGN);
        raise(SIGTSTP);
        signal(SIGTSTP, SIG_DFL);
        block(SIGCONT);
        raise(SIGTSTP);
        sigset_t pending;
        sigpending(&pending);
        say("CONT pending %d", sigismember(&pending, SIGCONT));
        unblock(SIGCONT);
        block(SIGTSTP);
        raise(SIGTSTP);
        raise(SIGCONT);
        sigpending(&pending);
        say("TSTP pending %d", sigismember(&pending, SIGTSTP));
        unblock(SIGTSTP);
        _exit(3);
    }
    int status;
    waitpid(child, &status, WUNTRACED);
    say_status("child", status);
    kill(child, SIGCONT);
    waitpid(child, &status, WCONTINUED);
    say_status("child", status);
    waitpid(child, &status, 0);
    say_status("child", status);
}
