#include "../guest.h"

#include "../futex.h"
int main(void) {
    unsigned word = 5;
    struct timespec t = {0, 20000000}, bad = {0, 1000000000};
    SAY(futex(&word, FUTEX_WAIT, 6, &t, 0, 0));
    SAY(futex(&word, FUTEX_WAIT_PRIVATE, 5, &t, 0, 0));
    SAY(futex(&word, FUTEX_WAIT, 5, &bad, 0, 0));
    SAY(futex((char *)&word + 1, FUTEX_WAIT, 5, &t, 0, 0));
    SAY(futex((void *)8, FUTEX_WAIT, 5, &t, 0, 0));
    SAY(futex(&word, FUTEX_WAIT, 5, (void *)8, 0, 0));
    SAY(futex(&word, FUTEX_WAKE, 1, 0, 0, 0));
    SAY(futex((void *)8, FUTEX_WAKE, 1, 0, 0, 0));
    SAY(futex(&word, FUTEX_WAKE_BITSET, 1, 0, 0, 0));
    SAY(futex(&word, FUTEX_FD, 1, 0, 0, 0));
    SAY(futex(&word, 77, 1, 0, 0, 0));
    struct timespec past = {1, 0};
    SAY(futex(&word, FUTEX_WAIT_BITSET, 5, &past, 0, ~0u));
    SAY(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &past, 0, ~0u));
    SAY(futex(&word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 5, &t, 0, 0));
}
