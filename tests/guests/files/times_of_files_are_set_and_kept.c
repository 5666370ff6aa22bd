#include "../guest.h"
#include <utime.h>

static void show(const char *name) {
    struct stat s;
    lstat(name, &s);
    say("%s %ld.%09ld %ld.%09ld", name, s.st_atim.tv_sec, s.st_atim.tv_nsec, s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
}
int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    symlink("file", "link");
    struct timespec t[2] = {{1000, 1}, {2000, 999999999}};
    SAY(utimensat(AT_FDCWD, "file", t, 0));
    show("file");
    t[0].tv_nsec = UTIME_OMIT, t[1].tv_sec = 3;
    SAY(utimensat(AT_FDCWD, "link", t, 0));
    show("file");
    t[0] = (struct timespec){5, 5};
    SAY(utimensat(AT_FDCWD, "link", t, AT_SYMLINK_NOFOLLOW));
    show("link");
    SAY(futimens(fd, t));
    show("file");
    t[1].tv_nsec = 1000000000;
    SAY(futimens(fd, t));
    struct timeval v[2] = {{7, 8}, {9, 10}};
    SAY(utimes("file", v));
    show("file");
    SAY(syscall(SYS_futimesat, AT_FDCWD, "file", v));
    v[0].tv_usec = 1000000;
    SAY(utimes("file", v));
    struct utimbuf u = {11, 12};
    SAY(utime("file", &u));
    show("file");
    SAY(syscall(SYS_utimensat, AT_FDCWD, "file", (void *)1, 0));
    SAY(utimensat(AT_FDCWD, "none", t, 0));
    SAY(utimensat(AT_FDCWD, "file", 0, 0x10));
    SAY(syscall(SYS_utimensat, fd, 0, 0, 0));
    struct stat s;
    fstat(fd, &s);
    say("now %d", s.st_mtim.tv_sec > 1000000000);
}
