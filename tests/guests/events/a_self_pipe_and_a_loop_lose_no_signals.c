#include "../guest.h"

#include <sys/epoll.h>
static int ends[2];
static volatile int handled;

static void handler(int signo, siginfo_t *info, void *context) {
    int saved = errno;
    handled++;
    if (write(ends[1], "s", 1) != 1)
        say("full");
    errno = saved;
}

int main(void) {
    if (pipe2(ends, O_NONBLOCK))
        die("pipe");
    handle(SIGRTMIN, handler, SA_RESTART);
    int epoll = epoll_create1(0), got = 0;
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    pid_t parent = getpid(), child = fork();
    if (!child) {
        union sigval value = {0};
        for (int i = 0; i < 300; i++)
            sigqueue(parent, SIGRTMIN, value);
        _exit(0);
    }
    while (got < 300) {
        int n = epoll_wait(epoll, &event, 1, 3000);
        if (n == 0)
            break;
        char data[64];
        ssize_t r;
        while ((r = read(ends[0], data, sizeof data)) > 0)
            got += r;
    }
    waitpid(child, 0, 0);
    say("handled %d got %d", handled, got);
}
