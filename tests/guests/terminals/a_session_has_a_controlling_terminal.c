#include "../guest.h"
#include <sys/ioctl.h>
#include <termios.h>

int main(void) {
    int m = posix_openpt(O_RDWR | O_NOCTTY), status;
    grantpt(m);
    unlockpt(m);
    char name[64];
    strcpy(name, ptsname(m));
    int s0 = open(name, O_RDWR | O_NOCTTY);
    if (fork() == 0) {
        SAY(setsid() == getpid());
        SAY(open("/dev/tty", O_RDWR));
        int s = open(name, O_RDWR);
        SAY(tcgetsid(s) == getpid());
        SAY(tcgetpgrp(s) == getpid());
        int t = open("/dev/tty", O_RDWR);
        SAY(t > 0);
        SAY(isatty(t));
        pid_t child = fork();
        if (child == 0) {
            setpgid(0, 0);
            signal(SIGTTOU, SIG_IGN);
            SAY(tcsetpgrp(t, getpid()));
            nap(200);
            _exit(5);
        }
        nap(60);
        say("foreground is the child %d", tcgetpgrp(t) == child);
        write(m, "\3", 1);
        waitpid(child, &status, 0);
        say_status("child", status);
        SAY(ioctl(t, TIOCNOTTY));
        signal(SIGHUP, SIG_IGN);
        SAY(open("/dev/tty", O_RDWR));
        _exit(0);
    }
    wait(&status);
    say_status("session", status);
    close(s0);
}
