#include "../guest.h"

#include <termios.h>
#include <sys/ioctl.h>
static int master;

static pid_t job(int (*work)(int), int tty, bool foreground) {
    pid_t child = fork();
    if (!child) {
        setpgid(0, 0);
        if (foreground) {
            signal(SIGTTOU, SIG_IGN);
            tcsetpgrp(tty, getpgrp());
            signal(SIGTTOU, SIG_DFL);
        }
        _exit(work(tty));
    }
    setpgid(child, child);
    return child;
}

static int reads(int tty) {
    char c;
    return read(tty, &c, 1) == 1 ? c : 99;
}

static int sets_attributes(int tty) {
    struct termios t;
    tcgetattr(tty, &t);
    return tcsetattr(tty, TCSANOW, &t) ? 99 : 3;
}

static int waits(int tty) {
    pause();
    return 0;
}

static void report(const char *what, pid_t child) {
    int status;
    waitpid(child, &status, WUNTRACED | WCONTINUED);
    say_status(what, status);
}

int main(void) {
    master = posix_openpt(O_RDWR | O_NOCTTY);
    grantpt(master);
    unlockpt(master);
    char name[64];
    ptsname_r(master, name, sizeof name);
    pid_t shell = fork();
    if (!shell) {
        setsid();
        int tty = open(name, O_RDWR);
        SAY(tcgetsid(tty) == getpid());
        SAY(tcgetpgrp(tty) == getpgrp());
        signal(SIGTTOU, SIG_IGN);
        pid_t child = job(reads, tty, false);
        report("background reader", child);
        SAY(tcsetpgrp(tty, child));
        kill(-child, SIGCONT);
        report("reader", child);
        if (write(master, "A\n", 2) != 2)
            die("write");
        report("foreground reader", child);
        SAY(tcsetpgrp(tty, getpgrp()));
        signal(SIGTTOU, SIG_DFL);
        child = job(sets_attributes, tty, false);
        report("background setter", child);
        kill(-child, SIGKILL);
        report("setter", child);
        child = job(waits, tty, true);
        while (tcgetpgrp(tty) != child)
            nap(1);
        if (write(master, "\x1a", 1) != 1)
            die("write");
        report("after control-Z", child);
        kill(-child, SIGCONT);
        report("job", child);
        if (write(master, "\x03", 1) != 1)
            die("write");
        report("after control-C", child);
        signal(SIGTTOU, SIG_IGN);
        SAY(tcsetpgrp(tty, getpgrp()));
        SAY(tcsetpgrp(tty, 0x7FFFFFF0));
        struct winsize size = {30, 100, 0, 0};
        SAY(ioctl(tty, TIOCSWINSZ, &size));
        size.ws_col = 0;
        SAY(ioctl(master, TIOCGWINSZ, &size));
        say("%d columns", size.ws_col);
        SAY(ioctl(tty, TIOCNOTTY, 0));
        _exit(0);
    }
    char text[256];
    int status;
    while (waitpid(shell, &status, WNOHANG) == 0) {
        struct pollfd waiting = {.fd = master, .events = POLLIN};
        if (poll(&waiting, 1, 5) == 1 && read(master, text, sizeof text) < 0)
            break;
    }
}
