#include "../guest.h"

int main(void) {
    char *p = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int skip[] = {12, 13, 14, 15, 100, 101};
    for (int advice = -1; advice < 30; advice++) {
        int known = 1;
        for (int i = 0; i < 6; i++)
            known &= advice != skip[i];
        p[0] = p[4096] = 'x';
        errno = 0;
        if (known)
            say("%d: %s, then %d", advice, result(madvise(p, 8192, advice)), advice == 8 || advice == 9 ? 0 : p[4096]);
    }
    SAY(madvise(p + 1, 4096, MADV_NORMAL));
    SAY(madvise(p, 0, MADV_DONTNEED));
    SAY(madvise(p, -1, MADV_DONTNEED));
    munmap(p + 4096, 4096);
    p[0] = p[8192] = 'y';
    SAY(madvise(p, 12288, MADV_DONTNEED));
    say("%d %d", p[0], p[8192]);
    SAY(madvise(p + 4096, 4096, MADV_WILLNEED));
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    write(fd, "file", 4);
    char *f = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    f[0] = 'F';
    SAY(madvise(f, 4096, MADV_DONTNEED));
    say("%.4s", f);
    SAY(madvise(f, 4096, MADV_FREE));
    char *s = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    s[0] = 's';
    SAY(madvise(s, 4096, MADV_DONTNEED));
    say("%c", s[0]);
    SAY(madvise(s, 4096, MADV_REMOVE));
    say("%d", s[0]);
    SAY(madvise(p, 4096, MADV_REMOVE));
    SAY(madvise(p, 4096, MADV_POPULATE_WRITE));
    mprotect(p, 4096, PROT_READ);
    SAY(madvise(p, 4096, MADV_POPULATE_WRITE));
    SAY(madvise(p + 4096, 4096, MADV_POPULATE_READ));
}
