#include "../guest.h"

#include <sys/epoll.h>
static void handler(int signo, siginfo_t *info, void *context) {
    sigset_t now;
    sigprocmask(SIG_BLOCK, 0, &now);
    say("%s: USR2 blocked %d HUP blocked %d", sigabbrev_np(signo), sigismember(&now, SIGUSR2),
        sigismember(&now, SIGHUP));
}

int main(void) {
    handle(SIGUSR1, handler, SA_RESTART);
    block(SIGUSR1);
    block(SIGUSR2);
    sigset_t during = set_of(SIGHUP, 0);
    struct timespec t = {5, 0}, soon = {0, 5000000};
    raise(SIGUSR1);
    SAY(ppoll(0, 0, &t, &during));
    raise(SIGUSR1);
    SAY(pselect(0, 0, 0, 0, &t, &during));
    int epoll = epoll_create1(0);
    struct epoll_event event;
    raise(SIGUSR1);
    SAY(epoll_pwait(epoll, &event, 1, 5000, &during));
    raise(SIGUSR1);
    SAY(syscall(SYS_epoll_pwait2, epoll, &event, 1, &t, &during, 8));
    SAY(ppoll(0, 0, &soon, &during));
    SAY(pselect(0, 0, 0, 0, &soon, &during));
    SAY(epoll_pwait(epoll, &event, 1, 5, &during));
    int ends[2];
    if (pipe(ends))
        die("pipe");
    struct pollfd ready = {.fd = ends[1], .events = POLLOUT};
    raise(SIGUSR1);
    say("ready and a signal: %s", result(ppoll(&ready, 1, &t, &during)));
    sigset_t now;
    sigprocmask(SIG_BLOCK, 0, &now);
    say("USR1 %d USR2 %d HUP %d", sigismember(&now, SIGUSR1), sigismember(&now, SIGUSR2), sigismember(&now, SIGHUP));
    SAY(syscall(SYS_ppoll, 0, 0, &soon, &during, 4));
    SAY(syscall(SYS_epoll_pwait, epoll, &event, 1, 5, &during, 4));
}
