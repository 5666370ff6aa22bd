#include "../guest.h"

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    pwrite(fd, "x", 1, 100000);
    SAY(lseek(fd, 5, SEEK_SET));
    SAY(lseek(fd, -6, SEEK_CUR));
    SAY(lseek(fd, 10, SEEK_CUR));
    SAY(lseek(fd, 10, SEEK_END));
    SAY(lseek(fd, 0, 77));
    SAY(lseek(fd, 0, SEEK_DATA) >= 0);
    SAY(lseek(fd, 0, SEEK_HOLE) >= 0);
    SAY(lseek(fd, 200000, SEEK_DATA));
    SAY(lseek(fd, 200000, SEEK_HOLE));
    SAY(lseek(fd, 0x7fffffffffffffff, SEEK_SET));
    SAY(lseek(fd, 1, SEEK_CUR));
    SAY(pread(fd, &fd, 1, -1));
    SAY(pwrite(fd, "x", 1, -1));
    SAY(ftruncate(fd, -1));
    SAY(ftruncate(fd, 10));
    SAY(lseek(fd, 0, SEEK_END));
    SAY(truncate("file", 5));
    SAY(truncate("none", 5));
    SAY(truncate(".", 5));
    SAY(ftruncate(open("file", O_RDONLY), 0));
    struct rlimit limit = {1000, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    SAY(pwrite(fd, "abcdef", 6, 998));
    SAY(pwrite(fd, "abcdef", 6, 1000));
    SAY(ftruncate(fd, 1001));
}
