#include "../guest.h"

#include "../futex.h"
static unsigned condition;
static _Atomic int owned, unlocked;
static _Atomic unsigned lock;

static void *work(void *argument) {
    long r = futex(&condition, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, 0, (void *)&lock, 0);
    owned += r == 0 && (lock & FUTEX_TID_MASK) == (unsigned)gettid();
    unlocked += futex((void *)&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0) == 0;
    return 0;
}

int main(void) {
    Sleeper sleepers[3];
    SAY(futex((void *)&lock, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    start_sleepers(sleepers, 3, work);
    SAY(futex(&condition, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)10, (void *)&lock, 1));
    SAY(futex(&condition, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)10, (void *)&lock, 0));
    unlocked += futex((void *)&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0) == 0;
    join_sleepers(sleepers, 3);
    say("owned %d unlocked %d free %d", owned, unlocked, lock == 0);
}
