#include "../guest.h"

int main(void) {
    int fd = open(".", O_TMPFILE | O_RDWR, 0640);
    if (fd < 0)
        return SKIP;
    SAY(write(fd, "content", 7));
    char path[64], text[8] = "";
    sprintf(path, "/proc/self/fd/%d", fd);
    SAY(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    SAY(read(open("named", O_RDONLY), text, 7));
    say("%s", text);
    SAY(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    SAY(linkat(AT_FDCWD, "named", AT_FDCWD, "again", 0x8));
    SAY(open(".", O_TMPFILE | O_RDONLY, 0600));
    int hidden = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
    sprintf(path, "/proc/self/fd/%d", hidden);
    SAY(linkat(AT_FDCWD, path, AT_FDCWD, "never", AT_SYMLINK_FOLLOW));
    SAY(open("named", O_TMPFILE | O_RDWR, 0600));
}
