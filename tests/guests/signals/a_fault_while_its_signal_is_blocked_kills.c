#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("handler %s", sigabbrev_np(signo));
}

int main(void) {
    for (int how = 0; how < 3; how++) {
        pid_t child = fork();
        if (!child) {
            handle(SIGSEGV, handler, 0);
            if (how == 0)
                block(SIGSEGV);
            else if (how == 1)
                signal(SIGSEGV, SIG_IGN);
            else
                handle(SIGSEGV, handler, SA_RESETHAND);
            *(volatile int *)0 = how;
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        say_status("child", status);
    }
}
