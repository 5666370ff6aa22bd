#include "../guest.h"

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0600), p[2];
    pipe(p);
    SAY(fcntl(fd, F_GETFD));
    SAY(fcntl(fd, F_SETFD, 0));
    SAY(fcntl(fd, F_GETFD));
    SAY(fcntl(fd, F_GETFL));
    SAY(fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND | O_CREAT));
    SAY(fcntl(fd, F_GETFL));
    SAY(fcntl(p[0], F_GETPIPE_SZ));
    SAY(fcntl(p[0], F_SETPIPE_SZ, 8192));
    SAY(fcntl(p[0], F_GETPIPE_SZ));
    SAY(fcntl(fd, F_GETPIPE_SZ));
    SAY(fcntl(p[0], F_SETOWN, getpid()));
    say("own %d", fcntl(p[0], F_GETOWN) == getpid());
    struct f_owner_ex owner = {F_OWNER_TID, gettid()}, got;
    SAY(fcntl(p[0], F_SETOWN_EX, &owner));
    SAY(fcntl(p[0], F_GETOWN_EX, &got));
    say("%d %d", got.type, got.pid == gettid());
    SAY(fcntl(p[0], F_SETSIG, SIGUSR1));
    SAY(fcntl(p[0], F_GETSIG));
    SAY(fcntl(fd, F_GETLEASE));
    uint64_t hint = 3;
    SAY(fcntl(fd, F_SET_RW_HINT, &hint));
    hint = 0;
    SAY(fcntl(fd, F_GET_RW_HINT, &hint));
    say("hint %d", (int)hint);
    SAY(fcntl(fd, 12345, 0));
    SAY(fcntl(-1, F_GETFL));
    int m = memfd_create("m", MFD_ALLOW_SEALING);
    SAY(fcntl(m, F_GET_SEALS));
    SAY(fcntl(m, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK));
    SAY(ftruncate(m, 100));
    SAY(fcntl(m, F_GET_SEALS));
}
