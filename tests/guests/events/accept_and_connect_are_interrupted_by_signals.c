#include "../guest.h"

#include <sys/un.h>
static void handler(int signo, siginfo_t *info, void *context) {
    say("%s", sigabbrev_np(signo));
}

int main(void) {
    struct sockaddr_un name = {AF_UNIX, "socket"};
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    SAY(bind(server, (void *)&name, sizeof name));
    SAY(listen(server, 1));
    handle(SIGALRM, handler, 0);
    struct itimerval timer = {.it_value = {0, 20000}};
    setitimer(ITIMER_REAL, &timer, 0);
    SAY(accept(server, 0, 0));
    SAY(connect(client, (void *)&name, sizeof name));
    struct sockaddr_un peer;
    socklen_t size = sizeof peer;
    int accepted = accept4(server, (void *)&peer, &size, SOCK_CLOEXEC);
    say("accepted %d size %u", accepted >= 0, size);
    handle(SIGALRM, handler, SA_RESTART);
    setitimer(ITIMER_REAL, &timer, 0);
    pid_t child = fork();
    if (!child) {
        nap(60);
        int other = socket(AF_UNIX, SOCK_STREAM, 0);
        _exit(connect(other, (void *)&name, sizeof name) != 0);
    }
    SAY(accept(server, 0, 0) > 0);
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
