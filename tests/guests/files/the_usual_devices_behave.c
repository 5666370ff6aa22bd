#include "../guest.h"
#include <sys/random.h>

int main(void) {
    char text[8] = "xxxxxxx";
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_RDWR), u = open("/dev/urandom", O_RDONLY);
    SAY(read(null, text, 8));
    SAY(write(null, text, 8));
    SAY(read(zero, text, 8));
    say("%d %d", text[0], text[7]);
    SAY(write(full, text, 8));
    SAY(read(full, text, 8));
    SAY(read(u, text, 8));
    SAY(read(zero, (void *)1, 8));
    SAY(write(null, (void *)1, 8));
    SAY(lseek(null, 5, SEEK_SET));
    SAY(getrandom(text, 8, GRND_NONBLOCK));
    SAY(getrandom(text, 8, 0x100));
    struct stat s;
    stat("/dev/null", &s);
    say("%o %lx", s.st_mode & S_IFMT, (long)s.st_rdev);
    SAY(mknod("mine", S_IFCHR | 0600, s.st_rdev) == 0 || errno == EPERM);
    SAY(mknod("bad", S_IFDIR | 0600, 0));
    SAY(mknod("plain", S_IFREG | 0600, 0));
    SAY(open("/dev/none", O_RDONLY));
    SAY(fcntl(open("/dev/stdout", O_WRONLY), F_GETFD));
    SAY(isatty(null));
}
