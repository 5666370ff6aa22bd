// The sieve of Eratosthenes, several times over.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT 1000000
static char composite[LIMIT];

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 10, primes = 0;
    for (int round = 0; round < rounds; round++) {
        memset(composite, 0, LIMIT);
        primes = 0;
        for (int i = 2; i < LIMIT; i++) {
            if (composite[i]) continue;
            primes++;
            for (int j = i + i; j < LIMIT; j += i) composite[j] = 1;
        }
    }
    printf("%d\n", primes);
    return 0;
}
