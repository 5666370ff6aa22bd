#include "../guest.h"
#include <sys/xattr.h>

int main(void) {
    char value[64] = "";
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    if (setxattr("file", "user.one", "first", 5, 0) && errno == EOPNOTSUPP)
        return SKIP;
    SAY(setxattr("file", "user.one", "again", 5, XATTR_CREATE));
    SAY(setxattr("file", "user.two", "x", 1, XATTR_REPLACE));
    SAY(fsetxattr(fd, "user.two", "second", 6, 0));
    SAY(getxattr("file", "user.one", 0, 0));
    SAY(getxattr("file", "user.one", value, 2));
    SAY(fgetxattr(fd, "user.two", value, 64));
    say("%s", value);
    SAY(lgetxattr("file", "user.three", value, 64));
    SAY(listxattr("file", value, 64) > 0);
    SAY(listxattr("file", value, 1));
    SAY(removexattr("file", "user.one"));
    SAY(fremovexattr(fd, "user.one"));
    SAY(getxattr("file", "nonsense", value, 64));
    SAY(getxattr("none", "user.one", value, 64));
    SAY(setxattr("file", (void *)1, "x", 1, 0));
    SAY(setxattr("file", "user.x", (void *)1, 8, 0));
}
