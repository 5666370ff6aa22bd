#include "../guest.h"

int main(void) {
    struct stat s;
    umask(0);
    mkdir("d", 0755);
    int d = open("d", O_PATH | O_DIRECTORY);
    SAY(mkdirat(d, "sub", 0711));
    SAY(mknodat(d, "fifo", S_IFIFO | 0640, 0));
    int fd = openat(d, "file", O_CREAT | O_RDWR, 0604);
    SAY(symlinkat("file", d, "link"));
    SAY(fchmodat(d, "file", 0600, 0));
    SAY(fchownat(d, "link", -1, -1, AT_SYMLINK_NOFOLLOW));
    SAY(linkat(d, "file", d, "hard", 0));
    SAY(linkat(d, "link", d, "soft", 0));
    SAY(linkat(d, "link", d, "hard2", AT_SYMLINK_FOLLOW));
    SAY(linkat(fd, "", d, "hard3", AT_EMPTY_PATH));
    const char *names[] = {"sub", "fifo", "file", "link", "hard", "soft", "hard2", "hard3"};
    for (int i = 0; i < 8; i++) {
        int r = fstatat(d, names[i], &s, AT_SYMLINK_NOFOLLOW);
        say("%s: %d %o %d", names[i], r, r ? 0 : s.st_mode, r || S_ISDIR(s.st_mode) ? 0 : (int)s.st_nlink);
    }
    SAY(renameat(d, "hard", AT_FDCWD, "moved"));
    SAY(unlinkat(d, "sub", 0));
    SAY(unlinkat(d, "file", AT_REMOVEDIR));
    SAY(unlinkat(d, "sub", AT_REMOVEDIR));
    SAY(faccessat(d, "moved", F_OK, 0));
    SAY(faccessat(-5, "moved", F_OK, 0));
    SAY(faccessat(fd, "x", F_OK, 0));
    SAY(faccessat(-5, "/", F_OK, 0));
    SAY(unlinkat(d, "none", 0x8000));
}
