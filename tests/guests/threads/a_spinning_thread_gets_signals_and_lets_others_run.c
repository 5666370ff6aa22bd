#include "../guest.h"

static volatile int stop, handled;

static void handler(int signo, siginfo_t *info, void *context) {
    if (++handled == 5)
        stop = 1;
}

static void *spin(void *argument) {
    unblock(SIGALRM);
    while (!stop)
        ;
    return 0;
}

int main(void) {
    block(SIGALRM);
    handle(SIGALRM, handler, 0);
    pthread_t thread;
    pthread_create(&thread, 0, spin, 0);
    struct itimerval timer = {{0, 5000}, {0, 5000}};
    setitimer(ITIMER_REAL, &timer, 0);
    pthread_join(thread, 0);
    say("handled %d", handled >= 5);
}
