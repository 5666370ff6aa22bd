#include "../guest.h"

int main(void) {
    struct stat s;
    umask(027);
    SAY(open("file", O_RDONLY));
    SAY(open("file", O_CREAT | O_EXCL | O_RDWR, 0777));
    fstat(3, &s);
    say("mode %o", s.st_mode);
    SAY(open("file", O_CREAT | O_EXCL | O_RDWR, 0777));
    write(3, "content", 7);
    SAY(open("file", O_RDONLY | O_TRUNC));
    fstat(3, &s);
    say("size %ld", (long)s.st_size);
    SAY(open("file", O_RDONLY | O_DIRECTORY));
    SAY(open(".", O_RDWR));
    SAY(open(".", O_WRONLY | O_TMPFILE, 0600));
    fstat(5, &s);
    say("links %d", (int)s.st_nlink);
    SAY(open("file/x", O_RDONLY));
    SAY(open("", O_RDONLY));
    SAY(open((void *)0x123, O_RDONLY));
    SAY(open("file", O_PATH));
    SAY(read(6, &s, 1));
    SAY(fchmod(6, 0600));
    SAY(fstat(6, &s));
    SAY(creat("made", 0640));
    SAY(fcntl(7, F_GETFL) & O_ACCMODE);
    SAY(openat(6, "x", O_RDONLY));
    SAY(openat(1000, "x", O_RDONLY));
    SAY(openat(1000, "/", O_RDONLY));
    SAY(open("file", 3));
    SAY(open("trailing/", O_CREAT | O_WRONLY, 0600));
}
