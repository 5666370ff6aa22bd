// Waking on a futex that nobody waits for: what unlocking a contended lock costs at least.
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 1000000, woken = 0;
    unsigned word = 0;
    for (long i = 0; i < rounds; i++) woken += syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
    printf("%ld\n", woken);
    return 0;
}
