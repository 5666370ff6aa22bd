#include "../guest.h"
#include <sys/statfs.h>

int main(void) {
    struct statfs a, b;
    SAY(statfs(".", &a));
    int fd = open(".", O_RDONLY);
    SAY(fstatfs(fd, &b));
    say("same %d", a.f_type == b.f_type && a.f_bsize == b.f_bsize && a.f_namelen == b.f_namelen);
    SAY(statfs("/proc", &a));
    say("%lx", (long)a.f_type);
    SAY(statfs("none", &a));
    SAY(statfs(".", (void *)1));
    SAY(statfs((void *)1, &a));
    SAY(fstatfs(99, &a));
    SAY(fsync(fd));
    SAY(fdatasync(99));
    SAY(syncfs(fd));
    SAY(sync_file_range(fd, 0, 0, 0x10));
    SAY(posix_fadvise(fd, 0, 0, 99));
    SAY(readahead(99, 0, 1));
    SAY(syscall(SYS_ustat, 0, &a));
    SAY(syscall(SYS_sysfs, 3));
    SAY(syscall(SYS_quotactl, 0, "x", 0, 0) == -1);
}
