#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("handler");
}

int main(int argc, char **argv) {
    if (argc == 1) {
        handle(SIGUSR1, handler, 0);
        handle(SIGHUP, handler, 0);
        signal(SIGUSR2, SIG_IGN);
        block(SIGUSR1);
        block(SIGRTMIN);
        raise(SIGUSR1);
        union sigval value = {.sival_int = 5};
        sigqueue(getpid(), SIGRTMIN, value);
        static char stack[65536];
        stack_t set = {.ss_sp = stack, .ss_size = sizeof stack};
        sigaltstack(&set, 0);
        execl("/proc/self/exe", "again", "x", (char *)0);
        die("exec");
    }
    struct sigaction now;
    sigaction(SIGUSR1, 0, &now);
    say("USR1 default %d", now.sa_handler == SIG_DFL);
    sigaction(SIGHUP, 0, &now);
    say("HUP default %d flags %#x", now.sa_handler == SIG_DFL, now.sa_flags & ~0x04000000);
    sigaction(SIGUSR2, 0, &now);
    say("USR2 ignored %d", now.sa_handler == SIG_IGN);
    stack_t old;
    sigaltstack(0, &old);
    say("alternate stack %d", old.ss_flags);
    sigset_t set = set_of(SIGUSR1, SIGRTMIN, 0);
    siginfo_t info;
    struct timespec zero = {0};
    SAY(sigtimedwait(&set, &info, &zero));
    say("RTMIN %d value %d", sigtimedwait(&set, &info, &zero) == SIGRTMIN, info.si_value.sival_int);
}
