// Calls of several shapes, each of which stops at a function with a name of its own.
#include <signal.h>
#include <stdlib.h>
#include <string.h>

volatile int sink;
int counter;

__attribute__((noinline, noclone)) void innermost(int depth) {
    sink = depth;
}

__attribute__((noinline, noclone)) int recurse(int depth) {
    volatile char room[40];
    room[0] = (char)depth;
    if (depth)
        return recurse(depth - 1) + room[0];
    innermost(depth);
    return room[0];
}

static void handler(int signo) {
    innermost(signo);
    counter += signo;
}

__attribute__((noinline, noclone)) int interrupted(void) {
    raise(SIGUSR1);
    return sink;
}

__attribute__((noinline, noclone)) int compare(const void *a, const void *b) {
    innermost(7);
    return *(const int *)a - *(const int *)b;
}

int main(void) {
    int numbers[] = {3, 1, 2};
    signal(SIGUSR1, handler);
    recurse(5);
    interrupted();
    qsort(numbers, 3, sizeof numbers[0], compare);
    return numbers[0];
}
