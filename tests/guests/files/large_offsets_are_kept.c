#include "../guest.h"

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    off_t far = (5l << 30) + 123;
    SAY(pwrite(fd, "far", 3, far));
    SAY(lseek(fd, 0, SEEK_END));
    char text[4] = "", *p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, far & ~4095l);
    SAY(pread(fd, text, 3, far));
    say("%s %.3s", text, p + (far & 4095));
    p[(far & 4095) + 1] = 'u';
    pread(fd, text, 3, far);
    say("%s", text);
    SAY(ftruncate(fd, 1l << 40));
    struct stat s;
    fstat(fd, &s);
    say("%ld few blocks %d", (long)s.st_size, s.st_blocks < 1000);
    SAY(lseek(fd, (1l << 40) - 1, SEEK_SET));
    SAY(read(fd, text, 3));
    struct flock lock = {.l_type = F_WRLCK, .l_start = 1l << 50, .l_len = 0};
    SAY(fcntl(fd, F_SETLK, &lock));
    SAY(ftruncate(fd, 1l << 62));
}
