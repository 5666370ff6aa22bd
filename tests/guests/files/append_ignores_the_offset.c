#include "../guest.h"

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT | O_APPEND, 0600);
    SAY(write(fd, "one", 3));
    SAY(lseek(fd, 0, SEEK_SET));
    SAY(write(fd, "two", 3));
    SAY(pwrite(fd, "three", 5, 0));
    char text[32] = "";
    SAY(pread(fd, text, 31, 0));
    say("%s", text);
    SAY(fcntl(fd, F_SETFL, 0));
    SAY(pwrite(fd, "X", 1, 0));
    pread(fd, text, 31, 0);
    say("%s", text);
}
