#include "../guest.h"
#include <sys/sendfile.h>

int main(void) {
    int from = open("from", O_RDWR | O_CREAT, 0600), to = open("to", O_RDWR | O_CREAT, 0600), p[2];
    write(from, "0123456789", 10);
    off_t at = 3;
    SAY(sendfile(to, from, &at, 4));
    say("%ld, file at %ld", (long)at, (long)lseek(from, 0, SEEK_CUR));
    lseek(from, 8, SEEK_SET);
    SAY(sendfile(to, from, 0, 100));
    SAY(sendfile(to, from, 0, 100));
    char text[16] = "";
    pread(to, text, 15, 0);
    say("%s", text);
    pipe(p);
    at = 0;
    SAY(sendfile(p[1], from, &at, 5));
    SAY(read(p[0], text, 15));
    SAY(sendfile(to, p[0], 0, 5));
    SAY(sendfile(to, from, (void *)1, 5));
    at = -1;
    SAY(sendfile(to, from, &at, 5));
    SAY(sendfile(99, from, 0, 5));
    SAY(sendfile(from, 99, 0, 5));
    SAY(sendfile(open("to", O_RDONLY), from, 0, 5));
}
