// One byte into a pipe and out again.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 300000, total = 0;
    int ends[2];
    char byte = 1;
    if (pipe(ends)) return 1;
    for (long i = 0; i < rounds; i++) {
        total += write(ends[1], &byte, 1);
        total += read(ends[0], &byte, 1);
    }
    printf("%ld\n", total);
    return 0;
}
