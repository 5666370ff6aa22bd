#include "../guest.h"

static int lines(char *from, char *to) {
    FILE *f = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned long a, b;
    int n = 0;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%lx-%lx", &a, &b) == 2 && a < (unsigned long)to && b > (unsigned long)from)
            n++;
    fclose(f);
    return n;
}
int main(void) {
    char *room = mmap(0, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *end = room + 65536;
    munmap(room, 1 << 20);
    char *p = mmap(room, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    say("%d", lines(p, end));
    mprotect(p + 4096, 4096, PROT_READ);
    say("%d", lines(p, end));
    mprotect(p + 8192, 4096, PROT_READ);
    say("%d", lines(p, end));
    mprotect(p, 65536, PROT_READ | PROT_WRITE);
    say("%d", lines(p, end));
    munmap(p + 16384, 4096);
    say("%d", lines(p, end));
    mmap(p + 16384, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    say("%d", lines(p, end));
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 65536);
    mmap(p, 8192, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
    mmap(p + 8192, 8192, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 8192);
    say("%d", lines(p, p + 16384));
    mmap(p + 8192, 8192, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
    say("%d", lines(p, p + 16384));
}
