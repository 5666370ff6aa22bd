#include "../guest.h"

int main(void) {
    SAY(dup3(1, 1, 0));
    SAY(dup3(1, 20, O_CLOEXEC));
    SAY(fcntl(20, F_GETFD));
    SAY(dup3(1, 20, 0));
    SAY(fcntl(20, F_GETFD));
    SAY(dup3(1, 20, O_NONBLOCK));
    SAY(dup3(99, 21, 0));
    SAY(dup3(1, -1, 0));
    SAY(dup2(1, 1));
    SAY(dup2(99, 99));
    SAY(dup2(1, 1 << 30));
    SAY(dup(-1));
    struct rlimit limit = {30, 30};
    setrlimit(RLIMIT_NOFILE, &limit);
    SAY(dup2(1, 30));
    SAY(fcntl(1, F_DUPFD, 30));
    SAY(fcntl(1, F_DUPFD, 29));
    SAY(fcntl(1, F_DUPFD, 29));
}
