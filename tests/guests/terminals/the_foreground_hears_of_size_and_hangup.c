#include "../guest.h"
#include <sys/ioctl.h>
#include <termios.h>

static volatile int sizes;
static void resized(int s, siginfo_t *i, void *c) { sizes++; }
int main(void) {
    int m = posix_openpt(O_RDWR | O_NOCTTY), status;
    grantpt(m), unlockpt(m);
    char name[64];
    strcpy(name, ptsname(m));
    int p[2];
    pipe(p);
    if (fork() == 0) {
        close(m);
        setsid();
        int s = open(name, O_RDWR), packet = 0;
        handle(SIGWINCH, resized, 0);
        write(p[1], "x", 1);
        while (!sizes)
            nap(5);
        struct winsize w;
        ioctl(s, TIOCGWINSZ, &w);
        say("now %d x %d", w.ws_row, w.ws_col);
        say("session %d foreground %d", tcgetsid(s) == getpid(), tcgetpgrp(s) == getpid());
        SAY(ioctl(s, TIOCGPTPEER, O_RDWR));
        SAY(ioctl(s, TIOCPKT, &packet));
        write(p[1], "y", 1);
        pause();
        _exit(1);
    }
    char c;
    read(p[0], &c, 1);
    struct winsize w = {33, 77};
    int set = ioctl(m, TIOCSWINSZ, &w);
    read(p[0], &c, 1);
    say("set %d", set);
    int on = 1;
    SAY(ioctl(m, TIOCPKT, &on));
    int peer = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    SAY(isatty(peer));
    close(peer);
    SAY(close(m));
    wait(&status);
    say_status("session leader", status);
}
