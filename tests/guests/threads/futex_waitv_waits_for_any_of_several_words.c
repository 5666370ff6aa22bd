#include "../guest.h"

#include "../futex.h"
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
struct waiter { uint64_t value, address; uint32_t flags, reserved; };
static unsigned words[3];

static void *work(void *argument) {
    nap(40);
    words[2] = 1;
    futex(&words[2], FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
    return 0;
}

int main(void) {
    struct waiter list[3];
    for (int i = 0; i < 3; i++)
        list[i] = (struct waiter){0, (uint64_t)&words[i], 2 | 128, 0};
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    SAY(syscall(SYS_futex_waitv, list, 3, 0, &t, CLOCK_MONOTONIC));
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    SAY(syscall(SYS_futex_waitv, list, 3, 0, 0, 0));
    pthread_join(thread, 0);
    SAY(syscall(SYS_futex_waitv, list, 3, 0, 0, 0));
    SAY(syscall(SYS_futex_waitv, list, 0, 0, 0, 0));
    SAY(syscall(SYS_futex_waitv, 8, 3, 0, 0, 0));
    list[0].reserved = 1;
    SAY(syscall(SYS_futex_waitv, list, 3, 0, 0, 0));
}
