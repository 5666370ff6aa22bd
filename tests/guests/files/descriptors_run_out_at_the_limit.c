#include "../guest.h"

int main(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 20;
    SAY(setrlimit(RLIMIT_NOFILE, &limit));
    int n = 0, fd, p[2];
    while ((fd = open("/dev/null", O_RDONLY)) >= 0)
        n++;
    say("%d more, then %s", n, strerrorname_np(errno));
    SAY(dup(0));
    SAY(pipe(p));
    SAY(socket(AF_UNIX, SOCK_STREAM, 0));
    SAY(memfd_create("x", 0));
    SAY(dup2(0, 19));
    SAY(dup2(0, 20));
    close(5);
    SAY(pipe(p));
    SAY(open("/proc/self/maps", O_RDONLY));
    SAY(open("/proc/self/status", O_RDONLY));
    SAY(open("/dev/null", O_RDONLY));
    limit.rlim_cur = 4;
    SAY(setrlimit(RLIMIT_NOFILE, &limit));
    SAY(fcntl(19, F_GETFD));
    SAY(close(19));
    SAY(fcntl(0, F_DUPFD, 4));
    struct pollfd many[8] = {{0}};
    SAY(poll(many, 8, 0));
}
