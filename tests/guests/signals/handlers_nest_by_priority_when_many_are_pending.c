#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("in %d", signo);
    for (volatile int i = 0; i < 1000; i++)
        ;
    say("out %d", signo);
}

int main(void) {
    int numbers[] = {SIGTERM, SIGHUP, SIGUSR2, SIGRTMIN, SIGSEGV, SIGUSR1};
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    for (int i = 0; i < 6; i++)
        handle(numbers[i], handler, 0);
    sigprocmask(SIG_SETMASK, &all, 0);
    for (int i = 0; i < 6; i++)
        raise(numbers[i]);
    sigprocmask(SIG_SETMASK, &none, 0);
    say("end");
}
