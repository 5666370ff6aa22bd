#include "../guest.h"

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    char text[8192];
    memset(text, 'f', sizeof text);
    write(fd, text, 5000);
    char *a = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *b = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *c = mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 4096);
    a[0] = 'p';
    b[1] = 's';
    say("%.3s %.3s", a, b);
    pwrite(fd, "w", 1, 4097);
    say("%.3s %.3s %.3s", a + 4096, b + 4096, c);
    b[4990] = 'S';
    pread(fd, text, 1, 4990);
    say("%c beyond the end %d", text[0], b[5000]);
    b[5001] = 'x';
    struct stat s;
    fstat(fd, &s);
    say("size %ld", (long)s.st_size);
    SAY(msync(b, 8192, MS_SYNC));
    SAY(msync(b, 8192, MS_SYNC | MS_ASYNC));
    SAY(msync(b + 1, 4096, MS_SYNC));
    SAY(msync(b, 4096, 0x100));
    SAY(msync(b, 4096, MS_ASYNC | MS_INVALIDATE));
    close(fd);
    b[2] = 'c';
    say("%.3s %.3s", a, b);
    munmap(b, 4096);
    SAY(msync(b, 8192, MS_SYNC));
}
