#include "../guest.h"

#include <sys/epoll.h>
static int epoll, ends[2];
static _Atomic int woken;

static void *work(void *argument) {
    struct epoll_event event;
    while (woken < 8 && epoll_wait(epoll, &event, 1, 100) >= 0) {
        char c;
        if (read(ends[0], &c, 1) == 1)
            woken++;
    }
    return 0;
}

int main(void) {
    epoll = epoll_create1(0);
    if (pipe2(ends, O_NONBLOCK))
        die("pipe");
    struct epoll_event event = {EPOLLIN | EPOLLEXCLUSIVE, {.fd = 1}};
    SAY(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], 0, work, 0);
    nap(50);
    for (int i = 0; i < 8; i++) {
        if (write(ends[1], "x", 1) != 1)
            die("write");
        nap(3);
    }
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], 0);
    say("woken %d", woken);
}
