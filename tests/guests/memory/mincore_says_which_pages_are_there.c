#include "../guest.h"

int main(void) {
    char *p = mmap(0, 20480, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(p, 20480, MADV_NOHUGEPAGE);
    unsigned char v[8] = {9, 9, 9, 9, 9, 9, 9, 9};
    p[4096] = 1, p[16384] = 1;
    SAY(mincore(p, 20480, v));
    say("%d %d %d %d %d %d", v[0] & 1, v[1] & 1, v[2] & 1, v[3] & 1, v[4] & 1, v[5]);
    SAY(mincore(p + 1, 4096, v));
    SAY(mincore(p, 0, v));
    SAY(mincore(p, 1, v));
    SAY(mincore(p, 4096, (void *)1));
    munmap(p + 8192, 4096);
    SAY(mincore(p, 20480, v));
    SAY(mincore(p, -1, v));
    SAY(mincore((void *)(1ul << 60), 4096, v));
}
