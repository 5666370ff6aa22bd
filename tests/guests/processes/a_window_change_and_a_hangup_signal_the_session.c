#include "../guest.h"

#include <sys/ioctl.h>
static void handler(int signo, siginfo_t *info, void *context) {
    say("%s code %d", sigabbrev_np(signo), info->si_code);
}

int main(void) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    grantpt(master);
    unlockpt(master);
    char name[64];
    ptsname_r(master, name, sizeof name);
    int ready[2];
    if (pipe(ready))
        die("pipe");
    pid_t child = fork();
    if (!child) {
        setsid();
        int tty = open(name, O_RDWR);
        close(master);
        sigset_t none;
        sigemptyset(&none);
        block(SIGWINCH);
        block(SIGHUP);
        handle(SIGWINCH, handler, 0);
        handle(SIGHUP, handler, 0);
        if (write(ready[1], "x", 1) != 1)
            die("write");
        sigsuspend(&none);
        if (write(ready[1], "x", 1) != 1)
            die("write");
        sigsuspend(&none);
        char c;
        SAY(read(tty, &c, 1));
        SAY(write(tty, &c, 1));
        _exit(0);
    }
    char c;
    if (read(ready[0], &c, 1) != 1)
        die("read");
    struct winsize size = {11, 22, 0, 0};
    int changed = ioctl(master, TIOCSWINSZ, &size);
    if (read(ready[0], &c, 1) != 1)
        die("read");
    close(master);
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
    say("changed %d", changed);
}
