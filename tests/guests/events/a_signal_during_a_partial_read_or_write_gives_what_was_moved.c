#include "../guest.h"

static int reader;

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s", sigabbrev_np(signo));
}

int main(void) {
    int ends[2];
    if (pipe(ends))
        die("pipe");
    fcntl(ends[0], F_SETPIPE_SZ, 4096);
    handle(SIGALRM, handler, 0);
    struct itimerval timer = {.it_value = {0, 30000}};
    char data[20000] = {0};
    setitimer(ITIMER_REAL, &timer, 0);
    SAY(write(ends[1], data, sizeof data));
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    if (write(pair[1], "abc", 3) != 3)
        die("write");
    setitimer(ITIMER_REAL, &timer, 0);
    SAY(recv(pair[0], data, 10, MSG_WAITALL));
    setitimer(ITIMER_REAL, &timer, 0);
    SAY(recv(pair[0], data, 10, MSG_WAITALL));
    (void)reader;
}
