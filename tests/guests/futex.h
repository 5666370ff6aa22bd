// The futex system call by its operations, for guests.
#pragma once
#include "guest.h"
#include <linux/futex.h>
#include <stdatomic.h>

__attribute__((unused)) static long futex(void *word, int op, unsigned value, const void *timeout, void *word2,
                                          unsigned value3) {
    return syscall(SYS_futex, word, op, value, timeout, word2, value3);
}

// Start threads that run `work`, and wait until each sleeps in the kernel.
typedef struct { pthread_t thread; _Atomic pid_t tid; int number; void *(*work)(void *); } Sleeper;

__attribute__((unused)) static void *run_sleeper(void *argument) {
    Sleeper *sleeper = argument;
    sleeper->tid = gettid();
    return sleeper->work(sleeper);
}

__attribute__((unused)) static void start_sleepers(Sleeper *sleepers, int count, void *(*work)(void *)) {
    for (int i = 0; i < count; i++) {
        sleepers[i].number = i, sleepers[i].work = work, sleepers[i].tid = 0;
        pthread_create(&sleepers[i].thread, 0, run_sleeper, &sleepers[i]);
        while (!sleepers[i].tid)
            nap(1);
        until_asleep(sleepers[i].tid);
    }
}

__attribute__((unused)) static void join_sleepers(Sleeper *sleepers, int count) {
    for (int i = 0; i < count; i++)
        pthread_join(sleepers[i].thread, 0);
}
