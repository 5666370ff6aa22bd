#include "../guest.h"

int main(void) {
    int ends[2];
    if (pipe(ends))
        die("pipe");
    pid_t child = fork();
    if (!child) {
        dup2(ends[1], 50);
        if (write(ends[1], "r", 1) != 1)
            die("write");
        pause();
    }
    char c;
    if (read(ends[0], &c, 1) != 1)
        die("read");
    int pidfd = syscall(SYS_pidfd_open, child, 0);
    say("close on exec %d", fcntl(pidfd, F_GETFD));
    struct pollfd waiting = {.fd = pidfd, .events = POLLIN};
    SAY(poll(&waiting, 1, 0));
    int lent = syscall(SYS_pidfd_getfd, pidfd, 50, 0);
    say("lent %d", lent >= 0);
    if (write(lent, "L", 1) != 1 || read(ends[0], &c, 1) != 1)
        die("lent");
    say("%c", c);
    SAY(syscall(SYS_pidfd_getfd, pidfd, 51, 0));
    SAY(syscall(SYS_pidfd_getfd, pidfd, 50, 1));
    SAY(syscall(SYS_pidfd_send_signal, pidfd, 0, 0, 0));
    SAY(syscall(SYS_pidfd_send_signal, pidfd, 99, 0, 0));
    SAY(syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, 0, 77));
    SAY(syscall(SYS_pidfd_send_signal, 0, SIGTERM, 0, 0));
    SAY(syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, 0, 0));
    SAY(poll(&waiting, 1, 5000));
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
    SAY(syscall(SYS_pidfd_send_signal, pidfd, 0, 0, 0));
    SAY(syscall(SYS_pidfd_open, child, 0));
    SAY(syscall(SYS_pidfd_open, 0, 0));
    SAY(syscall(SYS_pidfd_open, getpid(), 77));
}
