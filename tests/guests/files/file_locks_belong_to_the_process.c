#include "../guest.h"

static void probe(int fd, int start, int length) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    int r = fcntl(fd, F_GETLK, &lock);
    say("probe %d+%d: %d type %d at %ld+%ld", start, length, r, lock.l_type, (long)lock.l_start, (long)lock.l_len);
}
int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600), status;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10};
    SAY(fcntl(fd, F_SETLK, &lock));
    lock.l_type = F_RDLCK, lock.l_start = 30;
    SAY(fcntl(fd, F_SETLK, &lock));
    probe(fd, 0, 100);
    if (fork() == 0) {
        probe(fd, 0, 100);
        probe(fd, 25, 100);
        probe(fd, 50, 1);
        lock.l_type = F_RDLCK, lock.l_start = 30;
        SAY(fcntl(fd, F_SETLK, &lock));
        lock.l_type = F_WRLCK;
        SAY(fcntl(fd, F_SETLK, &lock));
        _exit(0);
    }
    wait(&status);
    lock.l_type = 7;
    SAY(fcntl(fd, F_SETLK, &lock));
    SAY(fcntl(fd, F_SETLK, (void *)1));
    SAY(fcntl(99, F_SETLK, &lock));
    close(dup(fd)); // closing any descriptor of the file gives the locks up
    if (fork() == 0) {
        probe(fd, 0, 100);
        _exit(0);
    }
    wait(&status);
}
