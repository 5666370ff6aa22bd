#include "../guest.h"

static void show(const char *what, siginfo_t *info, pid_t child) {
    say("%s: signo %d code %d status %d child %d", what, info->si_signo, info->si_code, info->si_status,
        info->si_pid == child);
}

static pid_t sleeper(void) {
    pid_t child = fork();
    if (!child)
        while (1)
            pause();
    return child;
}

int main(void) {
    siginfo_t info = {0};
    SAY(waitid(P_ALL, 0, &info, WEXITED));
    pid_t child = sleeper();
    info.si_pid = 77;
    SAY(waitid(P_PID, child, &info, WEXITED | WNOHANG));
    say("pid %d signo %d", info.si_pid, info.si_signo);
    SAY(waitid(P_PID, child, &info, 0));
    SAY(waitid(P_PID, child, &info, 0x40000));
    SAY(waitid(17, child, &info, WEXITED));
    SAY(waitid(P_PID, 0x7FFFFFF0, &info, WEXITED));
    kill(child, SIGSTOP);
    SAY(waitid(P_PID, child, &info, WSTOPPED | WNOWAIT));
    show("stopped", &info, child);
    SAY(waitid(P_PGID, getpgrp(), &info, WSTOPPED));
    show("stopped", &info, child);
    SAY(waitid(P_PID, child, &info, WSTOPPED | WNOHANG));
    kill(child, SIGCONT);
    SAY(waitid(P_ALL, 0, &info, WCONTINUED | WEXITED));
    show("continued", &info, child);
    int pidfd = syscall(SYS_pidfd_open, child, 0);
    kill(child, SIGTERM);
    SAY(waitid(P_PIDFD, pidfd, &info, WEXITED | WNOWAIT));
    show("killed", &info, child);
    struct rusage usage = {.ru_maxrss = -1};
    SAY(syscall(SYS_waitid, P_PID, child, 0, WEXITED, &usage));
    say("usage %d", usage.ru_maxrss >= 0);
    SAY(waitid(P_PIDFD, pidfd, &info, WEXITED));
    SAY(waitid(P_PIDFD, 99, &info, WEXITED));
    SAY(waitid(P_PIDFD, 0, &info, WEXITED));
}
