#include "../guest.h"

int main(void) {
    pid_t child = fork();
    if (!child) {
        SAY(setsid() == getpid());
        SAY(getsid(0) == getpid() && getpgrp() == getpid());
        SAY(setsid());
        SAY(setpgid(0, 0));
        SAY(setpgid(0, -1));
        pid_t grandchild = fork();
        if (!grandchild) {
            pause();
            _exit(0);
        }
        SAY(setpgid(grandchild, grandchild));
        SAY(getpgid(grandchild) == grandchild);
        SAY(setpgid(grandchild, 0x7FFFFFF0));
        SAY(getsid(grandchild) == getpid());
        SAY(setpgid(getppid(), getppid()));
        SAY(getpgid(0x7FFFFFF0));
        SAY(getsid(0x7FFFFFF0));
        SAY(open("/dev/tty", O_RDWR));
        kill(-grandchild, SIGTERM);
        int status;
        waitpid(-grandchild, &status, 0);
        say_status("grandchild", status);
        _exit(0);
    }
    waitpid(child, 0, 0);
}
