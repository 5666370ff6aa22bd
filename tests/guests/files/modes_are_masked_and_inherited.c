#include "../guest.h"

int main(void) {
    struct stat s;
    SAY(umask(0));
    umask(027);
    SAY(umask(0777) == 027);
    close(open("none", O_CREAT | O_WRONLY, 0777));
    umask(01022);
    SAY(umask(022) == 022);
    mkdir("d", 02775);
    chmod("d", 02775);
    chown("d", -1, 5);
    close(open("d/file", O_CREAT | O_WRONLY, 0666));
    mkdir("d/sub", 0755);
    mkfifo("d/fifo", 0777);
    const char *names[] = {"none", "d", "d/file", "d/sub", "d/fifo"};
    for (int i = 0; i < 5; i++) {
        stat(names[i], &s);
        say("%s %o group %d", names[i], s.st_mode, s.st_gid == 5);
    }
    SAY(chmod("d/file", 0107777));
    stat("d/file", &s);
    say("%o", s.st_mode);
    SAY(open("d/file", O_WRONLY | O_TRUNC));
    SAY(chmod("none/x", 0600));
    SAY(syscall(452, AT_FDCWD, "d/file", 0600, 0x8000));
    symlink("d/file", "link");
    SAY(syscall(452, AT_FDCWD, "link", 0600, AT_SYMLINK_NOFOLLOW));
    SAY(syscall(452, AT_FDCWD, "link", 0600, 0));
    stat("d/file", &s);
    say("%o", s.st_mode);
}
