#include "../guest.h"

static volatile pid_t where;
static volatile int ready;

static void handler(int signo, siginfo_t *info, void *context) {
    where = gettid();
    say("code %d mine %d", info->si_code, info->si_pid == getpid());
}

static void *work(void *argument) {
    ready = gettid();
    while (!where)
        ;
    say("here %d", where == gettid());
    return 0;
}

int main(void) {
    handle(SIGUSR1, handler, 0);
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    while (!ready)
        nap(1);
    SAY(pthread_kill(thread, SIGUSR1));
    pthread_join(thread, 0);
    union sigval value = {.sival_int = 3};
    where = 0;
    SAY(pthread_sigqueue(pthread_self(), SIGUSR1, value));
    say("here %d", where == gettid());
}
