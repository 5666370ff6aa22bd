// Mapping, protecting and giving back memory, as allocators do.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 50000, total = 0;
    size_t size = 64 << 10;
    for (long i = 0; i < rounds; i++) {
        char *at = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        at[0] = at[4096] = 1;
        total += mprotect(at, 4096, PROT_READ) == 0;
        total += madvise(at + 4096, 4096, MADV_DONTNEED) == 0 && at[4096] == 0;
        total += munmap(at, size) == 0;
        char *top = sbrk(8192);
        top[0] = 1;
        sbrk(-8192);
    }
    printf("%ld\n", total);
    return 0;
}
