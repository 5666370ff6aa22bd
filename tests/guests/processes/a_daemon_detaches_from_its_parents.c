#include "../guest.h"

int main(void) {
    int ends[2];
    if (pipe(ends))
        die("pipe");
    pid_t child = fork();
    if (!child) {
        if (daemon(1, 1))
            die("daemon");
        char line[100];
        int n = snprintf(line, sizeof line, "daemon: leads a session %d orphan %d", getsid(0) == getpid(), getppid() != 0);
        if (write(ends[1], line, n) != n)
            die("write");
        _exit(0);
    }
    close(ends[1]);
    int status;
    waitpid(child, &status, 0);
    say_status("first", status);
    char line[100] = {0};
    if (read(ends[0], line, sizeof line - 1) < 0)
        die("read");
    say("%s", line);
}
