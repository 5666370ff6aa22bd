#include "../guest.h"

int main(void) {
    SAY(kill(getpid(), 0));
    SAY(kill(getpid(), 65));
    SAY(kill(getpid(), -1));
    SAY(kill(0x7FFFFFF0, 0));
    SAY(syscall(SYS_tkill, syscall(SYS_gettid), 0));
    SAY(syscall(SYS_tkill, -1, 0));
    SAY(syscall(SYS_tgkill, getpid(), 0x7FFFFFF0, 0));
    SAY(syscall(SYS_tgkill, 1, syscall(SYS_gettid), 0));
    SAY(syscall(SYS_tgkill, 0, 0, 0));
    SAY(kill(0x80000000, 0));
    setpgid(0, 0);
    pid_t child = fork();
    if (!child)
        while (1)
            pause();
    signal(SIGTERM, SIG_IGN);
    SAY(kill(0, SIGTERM));
    SAY(killpg(getpgrp(), 0));
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
    SAY(kill(child, 0));
}
