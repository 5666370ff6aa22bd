#include "../guest.h"

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600), status;
    char text[16] = "";
    write(fd, "abcdefghij", 10);
    lseek(fd, 0, SEEK_SET);
    if (fork() == 0) {
        read(fd, text, 4);
        _exit(0);
    }
    wait(&status);
    SAY(lseek(fd, 0, SEEK_CUR));
    if (fork() == 0) {
        int own = open("file", O_RDWR);
        lseek(own, 8, SEEK_SET);
        write(own, "XY", 2);
        fcntl(fd, F_SETFL, O_APPEND);
        dup2(own, fd);
        _exit(0);
    }
    wait(&status);
    SAY(read(fd, text, 15));
    say("%s", text);
    say("append %d", !!(fcntl(fd, F_GETFL) & O_APPEND));
    SAY(write(fd, "end", 3));
    SAY(lseek(fd, 0, SEEK_CUR));
    int p[2];
    pipe(p);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            char block[1000];
            memset(block, 'a' + i, 1000);
            for (int k = 0; k < 20; k++)
                write(p[1], block, 1000);
            _exit(0);
        }
    close(p[1]);
    int counts[4] = {0}, torn = 0;
    char block[1000];
    size_t have = 0;
    for (ssize_t n; (n = read(p[0], block + have, 1000 - have)) > 0;)
        if ((have += n) == 1000) {
            have = 0;
            counts[block[0] - 'a']++;
            for (int k = 1; k < 1000; k++)
                torn += block[k] != block[0];
        }
    say("%d %d %d %d torn %d", counts[0], counts[1], counts[2], counts[3], torn);
}
