#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s code %d", sigabbrev_np(signo), info->si_code);
}

int main(void) {
    int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    for (int i = 0; i < 5; i++) {
        handle(numbers[i], handler, 0);
        block(numbers[i]);
        kill(getpid(), numbers[i]);
        kill(getpid(), numbers[i]);
    }
    sigset_t set;
    sigpending(&set);
    for (int i = 0; i < 5; i++)
        say("%s pending %d", sigabbrev_np(numbers[i]), sigismember(&set, numbers[i]));
    unblock(SIGFPE);
    sigset_t wanted = set_of(SIGBUS, 0);
    siginfo_t info;
    say("taken %s code %d", sigabbrev_np(sigwaitinfo(&wanted, &info)), info.si_code);
    signal(SIGILL, SIG_IGN);
    sigpending(&set);
    say("ILL pending %d", sigismember(&set, SIGILL));
    unblock(SIGILL);
    unblock(SIGTRAP);
    pid_t child = fork();
    if (!child) {
        signal(SIGSEGV, SIG_DFL);
        kill(getpid(), SIGSEGV);
        say("still here");
        unblock(SIGSEGV);
        say("not here");
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
