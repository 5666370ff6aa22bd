#include "../guest.h"

#include "../futex.h"
static unsigned first, second;

static void *work(void *argument) {
    Sleeper *me = argument;
    futex(me->number ? &second : &first, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    return 0;
}

int main(void) {
    Sleeper sleepers[2];
    start_sleepers(sleepers, 2, work);
    SAY(futex(&first, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &second,
              FUTEX_OP(FUTEX_OP_SET, 5, FUTEX_OP_CMP_EQ, 0)));
    say("second %u", second);
    join_sleepers(sleepers, 2);
    struct { int op, by, compare, with; } cases[] = {
        {FUTEX_OP_ADD, 3, FUTEX_OP_CMP_GT, 1}, {FUTEX_OP_OR, 0x30, FUTEX_OP_CMP_NE, 2},
        {FUTEX_OP_ANDN, 8, FUTEX_OP_CMP_LT, 2}, {FUTEX_OP_XOR, 0xFF, FUTEX_OP_CMP_LE, 2},
        {FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 4, FUTEX_OP_CMP_GE, 2}};
    for (int i = 0; i < 5; i++) {
        long r = futex(&first, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &second,
                       FUTEX_OP(cases[i].op, cases[i].by, cases[i].compare, cases[i].with));
        say("%ld second %#x", r, second);
    }
    SAY(futex(&first, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, (void *)8, FUTEX_OP(0, 5, 0, 0)));
}
