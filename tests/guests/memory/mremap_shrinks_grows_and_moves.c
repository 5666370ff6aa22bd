#include "../guest.h"
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

int main(void) {
    char *room = mmap(0, 1 << 20, PROT_NONE, ANON, -1, 0), *p;
    munmap(room, 1 << 20);
    p = mmap(room, 16384, RW, ANON | MAP_FIXED, -1, 0);
    p[0] = 'a', p[12288] = 'b';
    SAY(mremap(p, 16384, 8192, 0) == p);
    SAY(write(1, p + 8192, 1));
    SAY(mremap(p, 8192, 32768, 0) == p);
    say("%c %d", p[0], p[12288]);
    mmap(room + 32768, 4096, RW, ANON | MAP_FIXED, -1, 0);
    SAY(mremap(p, 32768, 65536, 0) == MAP_FAILED ? -1 : 0);
    p[20000] = 'c';
    char *q = mremap(p, 32768, 65536, MREMAP_MAYMOVE);
    say("moved %d %c %c %d", q != p, q[0], q[20000], q[60000]);
    SAY(write(1, p, 1));
    SAY(mremap(q, 65536, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, room) == room);
    say("%c", room[0]);
    SAY(mremap(room, 4096, 4096, MREMAP_FIXED, room + 65536) == MAP_FAILED ? -1 : 0);
    SAY(mremap(room, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, room + 4096) == MAP_FAILED ? -1 : 0);
    SAY(mremap(room, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, room + 1) == MAP_FAILED ? -1 : 0);
    SAY(mremap(room + 1, 4096, 4096, 0) == MAP_FAILED ? -1 : 0);
    SAY(mremap(room, 4096, 0, 0) == MAP_FAILED ? -1 : 0);
    SAY(mremap(room, 4096, 4096, 0x100) == MAP_FAILED ? -1 : 0);
    SAY(mremap(room + (1 << 19), 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    SAY(mremap(room, 16384, 65536, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    SAY(mremap(room, 0, 8192, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    SAY(mremap(room, 4096, 1ul << 60, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
}
