#include "../guest.h"

#include <sys/epoll.h>
static int epoll;

static void wait_once(const char *what) {
    struct epoll_event events[4];
    int n = epoll_wait(epoll, events, 4, 0);
    say("%s: %d", what, n);
    for (int i = 0; i < n; i++)
        say("  %#x data %lu", events[i].events, (unsigned long)events[i].data.u64);
}

int main(void) {
    epoll = epoll_create1(EPOLL_CLOEXEC);
    say("cloexec %d", fcntl(epoll, F_GETFD));
    int ends[2];
    if (pipe(ends))
        die("pipe");
    struct epoll_event event = {EPOLLIN, {.u64 = 0x123456789ABCDEF0}};
    SAY(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
    SAY(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
    SAY(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[1], &event));
    SAY(epoll_ctl(epoll, EPOLL_CTL_DEL, 99, &event));
    SAY(epoll_ctl(epoll, EPOLL_CTL_ADD, epoll, &event));
    SAY(epoll_ctl(epoll, EPOLL_CTL_ADD, open("/etc/passwd", O_RDONLY), &event));
    SAY(epoll_ctl(epoll, 9, ends[0], &event));
    SAY(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[1], (void *)8));
    wait_once("empty");
    SAY(write(ends[1], "ab", 2));
    wait_once("level");
    wait_once("level again");
    event.events = EPOLLIN | EPOLLET;
    SAY(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[0], &event));
    wait_once("edge");
    wait_once("edge again");
    SAY(write(ends[1], "c", 1));
    wait_once("new edge");
    event.events = EPOLLIN | EPOLLONESHOT;
    event.data.u64 = 7;
    SAY(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[0], &event));
    wait_once("one shot");
    wait_once("one shot again");
    close(ends[1]);
    event.events = EPOLLOUT;
    SAY(epoll_ctl(epoll, EPOLL_CTL_MOD, ends[0], &event));
    wait_once("hang-up");
    SAY(epoll_ctl(epoll, EPOLL_CTL_DEL, ends[0], 0));
    wait_once("removed");
    SAY(epoll_wait(epoll, &event, 0, 0));
    SAY(epoll_wait(epoll, (void *)8, 1, 0));
    SAY(epoll_wait(0, &event, 1, 0));
    SAY(epoll_create(0));
}
