#include "../guest.h"

int main(void) {
    close(open("file", O_CREAT | O_WRONLY, 0640));
    symlink("file", "link");
    mkdir("d", 0755);
    int p = open("file", O_PATH), l = open("link", O_PATH | O_NOFOLLOW), d = open("d", O_PATH);
    char text[32] = "";
    struct stat s;
    SAY(fcntl(p, F_GETFL));
    SAY(fstat(l, &s));
    say("%o", s.st_mode & S_IFMT);
    SAY(readlinkat(l, "", text, 31));
    SAY(read(p, text, 1));
    SAY(write(p, text, 1));
    SAY(lseek(p, 0, SEEK_SET));
    SAY(fchmod(p, 0600));
    SAY(fchown(p, 0, 0));
    SAY(ftruncate(p, 0));
    SAY(ioctl(p, 0x5401, text) == -1 ? -1 : 0);
    SAY(mmap(0, 4096, PROT_READ, MAP_PRIVATE, p, 0) == MAP_FAILED ? -1 : 0);
    SAY(dup(p) > 0);
    SAY(fcntl(p, F_SETFL, O_APPEND));
    SAY(openat(p, "x", O_RDONLY));
    SAY(openat(d, "new", O_CREAT | O_WRONLY, 0600) > 0);
    SAY(fchdir(d));
    SAY(access("new", F_OK));
    SAY(linkat(p, "", AT_FDCWD, "linked", AT_EMPTY_PATH));
    SAY(fstatat(p, "", &s, AT_EMPTY_PATH));
    say("links %d", (int)s.st_nlink);
    sprintf(text, "/proc/self/fd/%d", p);
    SAY(open(text, O_RDONLY) > 0);
    sprintf(text, "/proc/self/fd/%d", l);
    SAY(open(text, O_RDONLY));
}
