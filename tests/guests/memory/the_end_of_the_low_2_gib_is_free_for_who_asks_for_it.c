// toolchain: dynamic-glibc
#include "../guest.h"
// Wine puts what Windows shares with programs there, AddressSanitizer its shadow memory.

int main(void) {
    char *page = (char *)0x7FFE0000;
    say("%d", mmap(page, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == page);
    char *shadow = (char *)0x7FFF7000;
    size_t size = 1ul << 32;
    say("%d", mmap(shadow, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) == shadow);
}
