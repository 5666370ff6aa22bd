// What programs do about signals all the time: block and unblock them, and now and then take one.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile long taken;
static void handler(int number) { taken += number == SIGUSR1; }

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 100000;
    struct sigaction action = {.sa_handler = handler};
    sigset_t all, old;
    sigfillset(&all);
    sigaction(SIGUSR1, &action, 0);
    for (long i = 0; i < rounds; i++) {
        sigprocmask(SIG_SETMASK, &all, &old);
        sigprocmask(SIG_SETMASK, &old, 0);
        if (i % 10 == 0) raise(SIGUSR1);
    }
    printf("%ld\n", taken);
    return 0;
}
