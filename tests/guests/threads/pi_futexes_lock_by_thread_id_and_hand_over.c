#include "../guest.h"

#include "../futex.h"
static _Atomic unsigned lock;
static _Atomic int order;

static void *work(void *argument) {
    say("lock %ld", futex((void *)&lock, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    say("owner is me %d order %d", (lock & FUTEX_TID_MASK) == (unsigned)gettid(), order++);
    SAY(futex((void *)&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
    return 0;
}

int main(void) {
    SAY(futex((void *)&lock, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    say("mine %d", lock == (unsigned)gettid());
    SAY(futex((void *)&lock, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    SAY(futex((void *)&lock, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0));
    Sleeper sleeper;
    start_sleepers(&sleeper, 1, work);
    say("waiters %d", (lock & FUTEX_WAITERS) != 0);
    order++;
    long r = futex((void *)&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
    join_sleepers(&sleeper, 1);
    say("unlocked %ld", r);
    say("free %d", lock == 0);
    SAY(futex((void *)&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
    lock = 0x3FFFFFF0;
    SAY(futex((void *)&lock, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
    lock = 0;
    struct timespec past = {1, 0};
    SAY(futex((void *)&lock, FUTEX_LOCK_PI2_PRIVATE, 0, &past, 0, 0));
}
