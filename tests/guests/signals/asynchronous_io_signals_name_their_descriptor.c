#include "../guest.h"

static volatile int got;

static void handler(int signo, siginfo_t *info, void *context) {
    say("code %d band %#lx descriptor %d", info->si_code, info->si_band, info->si_fd);
    got = 1;
}

int main(void) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    handle(SIGRTMIN + 3, handler, 0);
    SAY(fcntl(pair[0], F_SETOWN, getpid()));
    SAY(fcntl(pair[0], F_SETSIG, SIGRTMIN + 3));
    SAY(fcntl(pair[0], F_SETFL, O_ASYNC | O_NONBLOCK));
    SAY(fcntl(pair[0], F_GETOWN) == getpid());
    SAY(fcntl(pair[0], F_GETSIG) == SIGRTMIN + 3);
    struct f_owner_ex owner = {F_OWNER_TID, gettid()}, back = {0};
    SAY(fcntl(pair[0], F_SETOWN_EX, &owner));
    SAY(fcntl(pair[0], F_GETOWN_EX, &back));
    say("type %d me %d", back.type, back.pid == gettid());
    if (write(pair[1], "x", 1) != 1)
        die("write");
    while (!got)
        nap(1);
}
