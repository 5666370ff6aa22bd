#include "../guest.h"

int main(void) {
    char *p = mmap(0, 20480, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SAY(munmap(p + 4096, 4096));
    SAY(munmap(p + 4096, 4096));
    SAY(munmap(p, 12288));
    SAY(munmap(p + 1, 4096));
    SAY(munmap(p, 0));
    SAY(munmap(p, -1));
    SAY(munmap((void *)-4096ul, 4096));
    SAY(munmap(0, 4096));
    SAY(munmap(p + 12288, 1));
    SAY(write(1, p + 12288, 1));
    p[16384] = '!';
    SAY(write(2, p + 16384, 0));
    SAY(munmap((void *)(1ul << 47), 4096));
}
