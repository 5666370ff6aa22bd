#include "../guest.h"

int main(void) {
    char text[8] = "";
    struct stat s;
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    SAY(unlink("file"));
    SAY(write(fd, "alive", 5));
    SAY(pread(fd, text, 7, 0));
    fstat(fd, &s);
    say("%s links %d", text, (int)s.st_nlink);
    char path[64], target[256];
    sprintf(path, "/proc/self/fd/%d", fd);
    target[readlink(path, target, 255)] = 0;
    say("%s", strrchr(target, '/'));
    int again = open(path, O_RDONLY);
    SAY(read(again, text, 7));
    SAY(unlink("file"));
    SAY(unlink("."));
    mkdir("d", 0755);
    SAY(unlink("d"));
    SAY(rmdir("d/."));
    SAY(rmdir("d/.."));
    SAY(rmdir("d"));
    SAY(rmdir("d"));
    SAY(unlink((void *)1));
    SAY(link("none", "x"));
    SAY(link(".", "x"));
}
