#include "../guest.h"
#include <sys/uio.h>

int main(void) {
    char a[4] = "", b[8] = "";
    struct iovec v[3] = {{a, 3}, {0, 0}, {b, 7}};
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    write(fd, "0123456789", 10);
    lseek(fd, 2, SEEK_SET);
    SAY(preadv2(fd, v, 3, -1, 0));
    say("%s %s", a, b);
    SAY(preadv2(fd, v, 3, 1, 0));
    say("%s %s at %ld", a, b, (long)lseek(fd, 0, SEEK_CUR));
    SAY(preadv2(fd, v, 3, 0, 0x4000));
    SAY(pwritev2(fd, v, 3, 0, RWF_APPEND));
    SAY(lseek(fd, 0, SEEK_END));
    SAY(pwritev2(fd, v, 3, 0, RWF_DSYNC | RWF_SYNC));
    SAY(preadv2(fd, v, -1, 0, 0));
    SAY(preadv2(fd, v, 1025, 0, 0));
    SAY(preadv2(fd, (void *)1, 1, 0, 0));
    SAY(preadv2(fd, v, 0, 0, 0));
    v[2].iov_base = (void *)1;
    SAY(preadv2(fd, v, 3, 0, 0));
    SAY(writev(fd, v, 3));
    v[0].iov_base = (void *)1;
    SAY(writev(fd, v, 3));
    v[0] = (struct iovec){a, 3}, v[2] = (struct iovec){b, -1};
    SAY(writev(fd, v, 3));
    v[2].iov_len = 0x7fffffffffffffff;
    SAY(readv(fd, v, 3));
    SAY(preadv(fd, v, 1, -5));
}
