#include "../guest.h"

int main(void) {
    char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    int p[2];
    pipe(p);
    write(p[1], "abcdefgh", 8);
    SAY(read(p[0], page + 4092, 8));
    SAY(read(p[0], (void *)1, 8));
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    write(fd, "0123456789", 10);
    SAY(pread(fd, page + 4090, 10, 0));
    say("%.6s", page + 4090);
    SAY(pread(fd, page + 4096, 10, 0));
    SAY(lseek(fd, 0, SEEK_CUR));
    SAY(pwrite(fd, page + 4090, 10, 20));
    SAY(pwrite(fd, page + 4096, 10, 20));
    SAY(lseek(fd, 0, SEEK_END));
    SAY(write(fd, (void *)-1, 1));
    SAY(write(fd, 0, 0));
    SAY(read(fd, (void *)-4096, 10));
}
