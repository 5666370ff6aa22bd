#include "../guest.h"

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 16384);
    for (int i = 0; i < 4; i++)
        pwrite(fd, (char[]){'0' + i}, 1, i * 4096);
    char *p = mmap(0, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    SAY(remap_file_pages(p, 4096, 0, 2, 0));
    say("%c%c%c%c", p[0], p[4096], p[8192], p[12288]);
    SAY(remap_file_pages(p, 4096, 1, 2, 0));
    char *a = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SAY(remap_file_pages(a, 4096, 0, 0, 0));
}
