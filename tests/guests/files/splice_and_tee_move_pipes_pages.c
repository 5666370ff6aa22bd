#include "../guest.h"
#include <sys/uio.h>

int main(void) {
    int a[2], b[2], fd = open("file", O_RDWR | O_CREAT, 0600);
    char text[32] = "";
    pipe(a);
    pipe(b);
    write(fd, "0123456789", 10);
    loff_t at = 2;
    SAY(splice(fd, &at, a[1], 0, 5, 0));
    say("%ld", (long)at);
    SAY(tee(a[0], b[1], 3, 0));
    SAY(read(b[0], text, 31));
    SAY(read(a[0], text + 10, 20));
    say("%.3s %s", text, text + 10);
    struct iovec v[2] = {{"one ", 4}, {"two", 3}};
    SAY(vmsplice(a[1], v, 2, 0));
    at = 20;
    SAY(splice(a[0], 0, fd, &at, 100, 0));
    memset(text, 0, 32);
    pread(fd, text, 7, 20);
    say("%s", text);
    struct iovec in = {text, 6};
    write(a[1], "vmread", 6);
    SAY(vmsplice(a[0], &in, 1, 0));
    say("%.6s", text);
    SAY(splice(fd, 0, fd, 0, 5, 0));
    SAY(splice(a[0], &at, fd, 0, 5, 0));
    SAY(splice(a[0], 0, b[1], 0, 5, SPLICE_F_NONBLOCK));
    SAY(splice(a[0], 0, b[1], 0, 5, 0x100));
    SAY(tee(a[0], a[1], 5, 0));
    SAY(tee(fd, a[1], 5, 0));
    SAY(vmsplice(fd, v, 2, 0));
    SAY(vmsplice(a[1], (void *)1, 1, 0));
    v[0].iov_base = (void *)1;
    SAY(vmsplice(a[1], v, 1, SPLICE_F_NONBLOCK));
}
