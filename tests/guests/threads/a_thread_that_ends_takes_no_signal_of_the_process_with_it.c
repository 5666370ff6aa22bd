#include "../guest.h"

#define COUNT 300

static volatile long handled;
static sigset_t set;
static int stop;

static void counted(int signo, siginfo_t *info, void *context) {
    __atomic_add_fetch(&handled, 1, __ATOMIC_RELAXED);
}

static void *brief(void *argument) {
    pthread_sigmask(SIG_UNBLOCK, &set, 0);
    if (argument)
        return argument;  // the C library blocks signals first
    syscall(SYS_exit, 0);
    return 0;
}

static void *maker(void *argument) {
    long number = 0;
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        pthread_t thread;
        pthread_create(&thread, 0, brief, (void *)(number++ % 4));
        pthread_join(thread, 0);
    }
    return 0;
}

int main(void) {
    handle(SIGRTMIN, counted, 0);
    set = set_of(SIGRTMIN, 0);
    pthread_sigmask(SIG_BLOCK, &set, 0);
    pthread_t makers[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&makers[i], 0, maker, 0);
    for (int n = 0; n < COUNT; n++) {
        while (sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = n}))
            sched_yield();
        for (int i = 0; i < 100 && handled <= n; i++)  // one at a time, so that all find a thread
            usleep(20);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < 2; i++)
        pthread_join(makers[i], 0);
    pthread_sigmask(SIG_UNBLOCK, &set, 0);
    for (int i = 0; i < 10000 && handled < COUNT; i++)
        nap(1);
    say("of the signals %ld were lost", COUNT - handled);
}
