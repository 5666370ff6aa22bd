#include "../guest.h"
#include <linux/falloc.h>

int main(void) {
    struct stat s;
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    SAY(fallocate(fd, 0, 0, 20000));
    fstat(fd, &s);
    say("size %ld", (long)s.st_size);
    SAY(fallocate(fd, FALLOC_FL_KEEP_SIZE, 20000, 10000));
    fstat(fd, &s);
    say("size %ld", (long)s.st_size);
    char text[9000];
    memset(text, 'x', sizeof text);
    pwrite(fd, text, sizeof text, 0);
    if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096) == 0) {
        pread(fd, text, sizeof text, 0);
        say("%d %d %d", text[4095], text[4096], text[8192]);
    }
    SAY(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 1));
    SAY(fallocate(fd, 0, -1, 1));
    SAY(fallocate(fd, 0, 0, 0));
    SAY(fallocate(1000, 0, 0, 1));
    int p[2];
    pipe(p);
    SAY(fallocate(p[1], 0, 0, 1));
    SAY(fallocate(open("file", O_RDONLY), 0, 0, 1));
}
