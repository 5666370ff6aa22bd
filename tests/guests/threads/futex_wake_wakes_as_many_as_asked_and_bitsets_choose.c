#include "../guest.h"

#include "../futex.h"
static unsigned word;
static _Atomic int woken, group[2];

static void *work(void *argument) {
    Sleeper *me = argument;
    long r = me->number < 4 ? futex(&word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0)
                            : futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, 0, 0, 1u << (me->number & 1));
    if (r)
        die("wait");
    woken++;
    if (me->number >= 4)
        group[me->number & 1]++;
    return 0;
}

int main(void) {
    Sleeper sleepers[8];
    start_sleepers(sleepers, 4, work);
    SAY(futex(&word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
    SAY(futex(&word, FUTEX_WAKE_PRIVATE, 2, 0, 0, 0));
    SAY(futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0));
    SAY(futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0));
    join_sleepers(sleepers, 4);
    for (int i = 4; i < 8; i++) {
        sleepers[i].number = i, sleepers[i].work = work, sleepers[i].tid = 0;
        pthread_create(&sleepers[i].thread, 0, run_sleeper, &sleepers[i]);
        while (!sleepers[i].tid)
            nap(1);
        until_asleep(sleepers[i].tid);
    }
    SAY(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, 0, 0, 4));
    SAY(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, 0, 0, 2));
    SAY(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, 0, 0, ~0u));
    join_sleepers(sleepers + 4, 4);
    say("woken %d odd %d even %d", woken, group[1], group[0]);
}
