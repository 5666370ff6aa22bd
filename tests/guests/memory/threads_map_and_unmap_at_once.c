#include "../guest.h"

static int bad;
static void *work(void *seed) {
    unsigned x = (unsigned)(uintptr_t)seed;
    for (int i = 0; i < 300; i++) {
        x = x * 1103515245 + 12345;
        size_t size = 4096 * (1 + x / 65536 % 8);
        unsigned char *p = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(p, (int)(x >> 24), size);
        if (x & 1 << 20)
            mprotect(p, 4096, PROT_READ);
        else if (x & 1 << 21)
            p = mremap(p, size, size + 8192, MREMAP_MAYMOVE), size += 8192;
        for (size_t k = 0; k < size && k < 4096; k += 512)
            __atomic_fetch_add(&bad, p[k] != x >> 24, __ATOMIC_RELAXED);
        munmap(p, size);
    }
    return 0;
}
int main(void) {
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        pthread_create(t + i, 0, work, (void *)(uintptr_t)(i + 1));
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], 0);
    say("bad %d", bad);
}
