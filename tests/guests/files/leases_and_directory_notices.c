#include "../guest.h"

static volatile int got;
static void notice(int s, siginfo_t *i, void *c) { got = i->si_fd; }
int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    SAY(fcntl(fd, F_SETLEASE, F_WRLCK));
    SAY(fcntl(fd, F_GETLEASE));
    SAY(fcntl(fd, F_SETLEASE, F_UNLCK));
    int r = open("file", O_RDONLY);
    SAY(fcntl(r, F_SETLEASE, F_RDLCK));
    close(fd);
    SAY(fcntl(r, F_SETLEASE, F_RDLCK));
    SAY(fcntl(r, F_SETLEASE, 9));
    handle(SIGRTMIN, notice, 0);
    SAY(fcntl(r, F_SETSIG, SIGRTMIN));
    SAY(open("file", O_WRONLY | O_NONBLOCK));
    say("told of %d", got == r);
    SAY(fcntl(r, F_SETLEASE, F_UNLCK));
    SAY(open("file", O_WRONLY | O_NONBLOCK) > 0);
    int d = open(".", O_RDONLY);
    got = 0;
    SAY(fcntl(d, F_SETSIG, SIGRTMIN));
    SAY(fcntl(d, F_NOTIFY, DN_CREATE));
    close(open("new", O_CREAT | O_WRONLY, 0600));
    say("told of %d", got == d);
    SAY(fcntl(r, F_NOTIFY, DN_CREATE));
}
