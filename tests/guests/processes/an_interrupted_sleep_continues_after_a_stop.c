#include "../guest.h"

int main(void) {
    pid_t child = fork();
    if (!child) {
        struct timespec t = {0, 150000000};
        long start = now();
        int r = nanosleep(&t, 0);
        int whole = now() - start >= 149;
        int ends[2];
        struct pollfd waiting = {.events = POLLIN};
        if (pipe(ends))
            die("pipe");
        waiting.fd = ends[0];
        say("sleep %d whole %d", r, whole);
        say("poll %s", result(poll(&waiting, 1, 60)));
        _exit(0);
    }
    for (int i = 0; i < 2; i++) {
        nap(i ? 80 : 40);
        kill(child, SIGSTOP);
        waitpid(child, 0, WUNTRACED);
        kill(child, SIGCONT);
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
