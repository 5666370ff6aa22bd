#include "../guest.h"
#define RW (PROT_READ | PROT_WRITE)

int main(void) {
    char *p = mmap(0, 8192, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    p[0] = 'x', p[5000] = 'y';
    char *q = mremap(p, 0, 8192, MREMAP_MAYMOVE);
    say("%d", q != MAP_FAILED && q != p);
    q[0] = 'z';
    say("%c %c", p[0], q[5000]);
    char *a = mmap(0, 8192, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    a[0] = 'm';
    char *b = mremap(a, 8192, 8192, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
    say("%d", b != MAP_FAILED && b != a);
    if (b != MAP_FAILED)
        say("%c %d", b[0], a[0]);
    SAY(mremap(a, 4096, 8192, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0) == MAP_FAILED ? -1 : 0);
    SAY(mremap(a, 4096, 4096, MREMAP_DONTUNMAP, 0) == MAP_FAILED ? -1 : 0);
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 20000);
    pwrite(fd, "end", 3, 16384);
    char *f = mmap(0, 4096, RW, MAP_SHARED, fd, 8192);
    f = mremap(f, 4096, 12288, MREMAP_MAYMOVE);
    say("%s", f + 8192);
}
