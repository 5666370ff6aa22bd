#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s code %d pid mine %d", sigabbrev_np(signo), info->si_code, info->si_pid == getpid());
}

int main(void) {
    int ends[2], pair[2];
    if (pipe(ends) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        die("pipe");
    close(ends[0]);
    close(pair[0]);
    handle(SIGPIPE, handler, 0);
    SAY(write(ends[1], "x", 1));
    SAY(send(pair[1], "x", 1, 0));
    SAY(send(pair[1], "x", 1, MSG_NOSIGNAL));
    signal(SIGPIPE, SIG_IGN);
    SAY(write(ends[1], "x", 1));
    pid_t child = fork();
    if (!child) {
        signal(SIGPIPE, SIG_DFL);
        SAY(write(ends[1], "x", 1));
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
