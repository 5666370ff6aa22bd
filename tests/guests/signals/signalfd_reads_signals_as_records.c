#include "../guest.h"

#include <sys/signalfd.h>
int main(void) {
    sigset_t set = set_of(SIGUSR1, SIGRTMIN, SIGCHLD, 0);
    sigprocmask(SIG_BLOCK, &set, 0);
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    struct signalfd_siginfo got[8];
    SAY(read(fd, got, sizeof got));
    kill(getpid(), SIGUSR1);
    union sigval value = {.sival_int = 31};
    sigqueue(getpid(), SIGRTMIN, value);
    value.sival_int = 32;
    sigqueue(getpid(), SIGRTMIN, value);
    pid_t child = fork();
    if (!child)
        _exit(9);
    siginfo_t info;
    waitid(P_PID, child, &info, WEXITED | WNOWAIT);
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    SAY(poll(&waiting, 1, 0));
    long n = read(fd, got, sizeof got) / sizeof *got;
    for (int i = 0; i < n; i++)
        say("signal %u code %d int %d status %d mine %d", got[i].ssi_signo, got[i].ssi_code, got[i].ssi_int,
            got[i].ssi_status, got[i].ssi_pid == getpid());
    SAY(read(fd, got, sizeof got));
    SAY(read(fd, got, 10));
    sigset_t other = set_of(SIGUSR2, 0);
    sigprocmask(SIG_BLOCK, &other, 0);
    kill(getpid(), SIGUSR2);
    SAY(poll(&waiting, 1, 0));
    SAY(signalfd(fd, &other, 0) == fd);
    SAY(read(fd, got, sizeof got) / sizeof *got);
    say("signal %u", got[0].ssi_signo);
    SAY(signalfd(0, &set, 0));
    SAY(signalfd(-1, &set, 0x100));
}
