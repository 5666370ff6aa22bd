// The C library's memory and string functions over buffers of several sizes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char from[1 << 16], to[1 << 16];

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 3000;
    unsigned long total = 0;
    for (unsigned i = 0; i < sizeof from - 1; i++) from[i] = 'a' + i % 23;
    from[60000] = 'z';
    for (int round = 0; round < rounds; round++) {
        for (unsigned size = 16; size <= sizeof from; size *= 4) memcpy(to, from, size);
        total += strlen(to);
        total += strchr(from, 'z') - from;
        total += memcmp(from, to, sizeof from) == 0;
        memset(to + 100, 'x', 1000);
        total += strstr(to + 1050, "xxxtuv") - to;
    }
    printf("%lu\n", total);
    return 0;
}
