#include "../guest.h"
#include <sys/sysmacros.h>

int main(void) {
    struct statx x;
    umask(0);
    int fd = open("file", O_RDWR | O_CREAT, 0642);
    write(fd, "12345", 5);
    symlink("file", "link");
    SAY(statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &x));
    say("mode %o size %ld links %d mask %d", x.stx_mode, (long)x.stx_size, x.stx_nlink, (x.stx_mask & 0x7ff) == 0x7ff);
    SAY(statx(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, STATX_MODE, &x));
    say("mode %o", x.stx_mode);
    SAY(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &x));
    say("size %ld", (long)x.stx_size);
    SAY(statx(fd, "", 0, STATX_SIZE, &x));
    SAY(statx(fd, 0, AT_EMPTY_PATH, STATX_SIZE, &x));
    SAY(statx(AT_FDCWD, "none", 0, STATX_SIZE, &x));
    SAY(statx(AT_FDCWD, "file", 0x8, STATX_SIZE, &x));
    SAY(statx(AT_FDCWD, "file", 0, 0x80000000, &x));
    SAY(statx(AT_FDCWD, "file", AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, 0, &x));
    SAY(syscall(SYS_statx, AT_FDCWD, "file", 0, STATX_SIZE, (void *)1));
    SAY(syscall(SYS_statx, AT_FDCWD, (void *)1, 0, STATX_SIZE, &x));
    SAY(statx(AT_FDCWD, "/dev/null", 0, STATX_BASIC_STATS, &x));
    say("device %d:%d", x.stx_rdev_major, x.stx_rdev_minor);
    struct stat s;
    SAY(syscall(SYS_stat, "file", (void *)1));
    SAY(syscall(SYS_fstat, fd, 0));
    SAY(syscall(SYS_lstat, "link", &s));
    SAY(fstatat(fd, "x", &s, 0));
}
