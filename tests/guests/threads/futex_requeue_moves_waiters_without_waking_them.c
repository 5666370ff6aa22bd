#include "../guest.h"

#include "../futex.h"
static unsigned first, second;
static _Atomic int woken;

static void *work(void *argument) {
    futex(&first, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    woken++;
    return 0;
}

int main(void) {
    Sleeper sleepers[5];
    start_sleepers(sleepers, 5, work);
    SAY(futex(&first, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, &second, 9));
    SAY(futex(&first, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, &second, 0));
    SAY(futex(&first, FUTEX_REQUEUE_PRIVATE, 0, (void *)10, &second, 0));
    SAY(futex(&first, FUTEX_WAKE_PRIVATE, 10, 0, 0, 0));
    SAY(futex(&second, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
    SAY(futex(&second, FUTEX_WAKE_PRIVATE, 10, 0, 0, 0));
    join_sleepers(sleepers, 5);
    say("woken %d", woken);
    SAY(futex(&first, FUTEX_CMP_REQUEUE_PRIVATE, -1, (void *)2, &second, 0));
}
