#include "../guest.h"

int main(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int ends[2];
    if (pipe(ends))
        die("pipe");
    pid_t middle = fork();
    if (!middle) {
        setsid();
        pid_t child = fork();
        if (!child) {
            setpgid(0, 0);
            if (write(ends[1], "x", 1) != 1)
                die("write");
            raise(SIGSTOP);
            _exit(1);
        }
        int status;
        waitpid(child, &status, WUNTRACED);
        _exit(7);
    }
    int status;
    waitpid(middle, &status, 0);
    say_status("middle", status);
    wait(&status);
    say_status("orphan", status);
}
