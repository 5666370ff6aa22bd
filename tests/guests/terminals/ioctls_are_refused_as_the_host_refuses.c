#include "../guest.h"
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <termios.h>

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600), p[2], v = 0;
    pipe(p);
    write(fd, "12345", 5);
    struct termios t;
    SAY(ioctl(fd, TCGETS, &t));
    SAY(ioctl(p[0], TCGETS, &t));
    SAY(ioctl(99, TCGETS, &t));
    SAY(ioctl(fd, FIONREAD, &v));
    say("%d", v);
    SAY(ioctl(fd, FIOCLEX, 0));
    SAY(fcntl(fd, F_GETFD));
    SAY(ioctl(fd, FIONCLEX, 0));
    SAY(fcntl(fd, F_GETFD));
    SAY(ioctl(fd, 0x12345678, &v));
    SAY(ioctl(fd, 0, 0));
    SAY(ioctl(fd, FIGETBSZ, &v));
    say("%d", v);
    SAY(ioctl(fd, FS_IOC_GETFLAGS, &v) == 0 || errno == ENOTTY);
    SAY(ioctl(p[0], FIONREAD, (void *)1));
    v = 1;
    SAY(ioctl(p[0], FIONBIO, &v));
    SAY(read(p[0], &v, 1));
    SAY(ioctl(fd, FICLONE, p[0]) == -1);
    SAY(ioctl(p[0], FIOASYNC, &v));
    SAY(ioctl(fd, TIOCSTI, "x"));
}
