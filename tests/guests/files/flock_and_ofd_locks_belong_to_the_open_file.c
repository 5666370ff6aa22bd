#include "../guest.h"
#include <sys/file.h>

int main(void) {
    int a = open("file", O_RDWR | O_CREAT, 0600), b = open("file", O_RDWR), c = dup(a);
    SAY(flock(a, LOCK_EX));
    SAY(flock(b, LOCK_SH | LOCK_NB));
    SAY(flock(c, LOCK_SH | LOCK_NB));
    SAY(flock(b, LOCK_SH | LOCK_NB));
    SAY(flock(c, LOCK_UN));
    SAY(flock(b, LOCK_EX | LOCK_NB));
    SAY(flock(b, 77));
    SAY(flock(99, LOCK_EX));
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 5};
    SAY(fcntl(a, F_OFD_SETLK, &lock));
    SAY(fcntl(b, F_OFD_SETLK, &lock));
    SAY(fcntl(c, F_OFD_SETLK, &lock));
    SAY(fcntl(b, F_OFD_GETLK, &lock));
    say("type %d pid %d", lock.l_type, lock.l_pid);
    lock.l_pid = 1;
    SAY(fcntl(a, F_OFD_SETLK, &lock));
    close(a);
    close(c);
    lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 5};
    SAY(fcntl(b, F_OFD_SETLK, &lock));
}
