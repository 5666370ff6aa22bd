#include "../guest.h"

#include "../futex.h"
static unsigned first, second;

static void *work(void *argument) {
    syscall(455, &first, 0ul, 0xFFFFFFFFul, 2 | 128, 0, 0);
    return 0;
}

int main(void) {
    errno = 0;
    if (syscall(454, &first, 0xFFFFFFFFul, 1, 2 | 128) == -1 && errno == ENOSYS)
        return SKIP;
    SAY(syscall(455, &first, 1ul, 0xFFFFFFFFul, 2 | 128, 0, 0));
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    SAY(syscall(455, &first, 0ul, 0xFFFFFFFFul, 2 | 128, &t, CLOCK_MONOTONIC));
    Sleeper sleepers[3];
    start_sleepers(sleepers, 3, work);
    struct { uint64_t value, address; uint32_t flags, reserved; } pair[2] = {
        {0, (uint64_t)&first, 2 | 128, 0}, {0, (uint64_t)&second, 2 | 128, 0}};
    SAY(syscall(456, pair, 0, 1, 1));
    SAY(syscall(454, &first, 0xFFFFFFFFul, 9, 2 | 128));
    SAY(syscall(454, &second, 0xFFFFFFFFul, 9, 2 | 128));
    join_sleepers(sleepers, 3);
}
