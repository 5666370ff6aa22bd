// Three waits for 0.3 seconds each, after which nothing has happened.
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>

int main(void) {
    struct timespec time = {0, 300000000};
    struct epoll_event event;
    if (nanosleep(&time, &time))
        return 1;
    if (poll(0, 0, 300))
        return 2;
    if (epoll_wait(epoll_create1(0), &event, 1, 300))
        return 3;
    return 0;
}
