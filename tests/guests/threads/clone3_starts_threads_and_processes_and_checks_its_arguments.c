#include "../guest.h"

#include <linux/sched.h>
#define CALL(arguments, size) syscall(SYS_clone3, arguments, size)

int main(void) {
    int pidfd = -1;
    pid_t word = 0;
    struct clone_args args = {.flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .exit_signal = SIGCHLD,
                              .pidfd = (uint64_t)&pidfd, .parent_tid = (uint64_t)&word};
    pid_t child = CALL(&args, sizeof args);
    if (!child)
        _exit(6);
    say("child %d word %d descriptor %d", child > 0, word == child, pidfd > 2);
    siginfo_t info;
    SAY(waitid(P_PIDFD, pidfd, &info, WEXITED));
    say("status %d cloexec %d", info.si_status, fcntl(pidfd, F_GETFD));
    struct clone_args bad = {.flags = CLONE_THREAD, .exit_signal = SIGCHLD};
    SAY(CALL(&bad, sizeof bad));
    bad = (struct clone_args){.exit_signal = SIGCHLD, .stack = 4096};
    SAY(CALL(&bad, sizeof bad));
    bad = (struct clone_args){.exit_signal = 65};
    SAY(CALL(&bad, sizeof bad));
    bad = (struct clone_args){.flags = SIGCHLD};
    SAY(CALL(&bad, sizeof bad));
    SAY(CALL(&bad, 32));
    char large[200] = {0};
    large[150] = 1;
    SAY(CALL(large, sizeof large));
    SAY(CALL(8, sizeof bad));
    SAY(CALL(&bad, 5000));
}
