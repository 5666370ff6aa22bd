#include "../guest.h"

#include <sys/file.h>
static void handler(int signo, siginfo_t *info, void *context) {
    say("%s", sigabbrev_np(signo));
}

int main(void) {
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    struct flock lock = {.l_type = F_WRLCK};
    int ends[2];
    if (pipe(ends))
        die("pipe");
    pid_t child = fork();
    if (!child) {
        fcntl(fd, F_SETLK, &lock);
        int other = open("file", O_RDWR);
        flock(other, LOCK_EX);
        if (write(ends[1], "x", 1) != 1)
            die("write");
        nap(150);
        _exit(0);
    }
    char c;
    if (read(ends[0], &c, 1) != 1)
        die("read");
    struct flock probe = {.l_type = F_RDLCK};
    SAY(fcntl(fd, F_GETLK, &probe));
    say("type %d owner %d", probe.l_type, probe.l_pid == child);
    SAY(fcntl(fd, F_SETLK, &lock));
    SAY(flock(fd, LOCK_EX | LOCK_NB));
    handle(SIGALRM, handler, 0);
    struct itimerval timer = {.it_value = {0, 20000}};
    setitimer(ITIMER_REAL, &timer, 0);
    SAY(fcntl(fd, F_SETLKW, &lock));
    setitimer(ITIMER_REAL, &timer, 0);
    SAY(flock(fd, LOCK_EX));
    SAY(fcntl(fd, F_SETLKW, &lock));
    SAY(flock(fd, LOCK_EX));
    waitpid(child, 0, 0);
}
