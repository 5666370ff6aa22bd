#include "../guest.h"
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

int main(void) {
    int m = posix_openpt(O_RDWR | O_NOCTTY);
    SAY(grantpt(m));
    SAY(unlockpt(m));
    int s = open(ptsname(m), O_RDWR | O_NOCTTY);
    say("slave %d", s > 0);
    SAY(isatty(m));
    SAY(isatty(s));
    struct winsize w = {40, 100, 1, 2};
    SAY(ioctl(m, TIOCSWINSZ, &w));
    w.ws_row = 0;
    SAY(ioctl(s, TIOCGWINSZ, &w));
    say("%d %d %d %d", w.ws_row, w.ws_col, w.ws_xpixel, w.ws_ypixel);
    struct termios t;
    SAY(tcgetattr(s, &t));
    say("%x %x %x %x %d", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, t.c_cc[VMIN]);
    write(m, "line\r", 5);
    char text[64] = "";
    SAY(read(s, text, 63));
    say("%d %d", text[0], text[4]);
    memset(text, 0, 64);
    SAY(read(m, text, 63));
    cfmakeraw(&t);
    t.c_cc[VMIN] = 2;
    SAY(tcsetattr(s, TCSANOW, &t));
    write(m, "\r\3", 2);
    SAY(read(s, text, 63));
    say("%d %d", text[0], text[1]);
    SAY(write(s, "a\n", 2));
    SAY(read(m, text, 63));
    int n = 0;
    write(m, "xyz", 3);
    nap(50);
    SAY(ioctl(s, FIONREAD, &n));
    say("%d", n);
    SAY(tcflush(s, TCIFLUSH));
    SAY(ioctl(s, TIOCGWINSZ, (void *)1));
    SAY(ioctl(1, TIOCGWINSZ, &w) == -1);
    SAY(ioctl(m, TIOCGPTN, &n));
    SAY(ioctl(m, TIOCGPTLCK, &n));
    say("%d", n);
    close(s);
    SAY(read(m, text, 1));
}
