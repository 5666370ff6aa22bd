#include "../guest.h"

/* only the main thread says anything: whichever came first would be told by chance */
static volatile pid_t where, self;
static volatile int code, mine, ready;

static void handler(int signo, siginfo_t *info, void *context) {
    code = info->si_code;
    mine = info->si_pid == getpid();
    where = gettid();
}

static void *work(void *argument) {
    self = gettid();
    ready = 1;
    while (!where)
        ;
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
    say("code %d mine %d there %d", code, mine, where == self);
    union sigval value = {.sival_int = 3};
    where = 0;
    SAY(pthread_sigqueue(pthread_self(), SIGUSR1, value));
    say("code %d mine %d here %d", code, mine, where == gettid());
}
