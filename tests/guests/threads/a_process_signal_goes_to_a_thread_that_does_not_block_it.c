#include "../guest.h"

static volatile pid_t open_tid, where;

static void handler(int signo, siginfo_t *info, void *context) {
    where = gettid();
}

static void *open_thread(void *argument) {
    open_tid = gettid();
    unblock(SIGUSR1);
    while (!where)
        nap(2);
    return 0;
}

static void *closed_thread(void *argument) {
    while (!where)
        nap(2);
    return 0;
}

int main(void) {
    handle(SIGUSR1, handler, SA_RESTART);
    block(SIGUSR1);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], 0, i == 2 ? open_thread : closed_thread, 0);
    while (!open_tid)
        nap(1);
    nap(10);
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], 0);
    say("in the open one %d", where == open_tid);
}
