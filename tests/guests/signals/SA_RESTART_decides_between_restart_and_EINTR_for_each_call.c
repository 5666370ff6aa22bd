#include "../guest.h"

#include <sys/epoll.h>
#include <sys/file.h>
#include <semaphore.h>
static int in, out;

static void handler(int signo, siginfo_t *info, void *context) {
    if (write(out, "x", 1) != 1)
        say("write");
}

static void alarm_in(int ms) {
    struct itimerval timer = {.it_value = {0, ms * 1000}};
    setitimer(ITIMER_REAL, &timer, 0);
}

int main(void) {
    for (int restart = 0; restart < 2; restart++) {
        say("%s", restart ? "SA_RESTART" : "no SA_RESTART");
        handle(SIGALRM, handler, restart ? SA_RESTART : 0);
        int ends[2];
        if (pipe(ends))
            die("pipe");
        in = ends[0], out = ends[1];
        char c;
        alarm_in(15);
        SAY(read(in, &c, 1));
        if (!restart)
            SAY(read(in, &c, 1));
        struct pollfd waiting = {.fd = in, .events = 0};
        alarm_in(15);
        SAY(poll(&waiting, 1, 5000));
        int epoll = epoll_create1(0);
        struct epoll_event event;
        alarm_in(15);
        SAY(epoll_wait(epoll, &event, 1, 5000));
        fd_set set;
        FD_ZERO(&set);
        struct timeval five = {5, 0};
        alarm_in(15);
        SAY(select(0, 0, 0, 0, &five));
        struct timespec t = {5, 0}, left = {0};
        alarm_in(15);
        SAY(nanosleep(&t, &left));
        say("left over four %d", left.tv_sec >= 4);
        alarm_in(15);
        SAY(clock_nanosleep(CLOCK_MONOTONIC, 0, &t, 0));
        int pair[2];
        socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
        out = pair[1];
        alarm_in(15);
        SAY(recv(pair[0], &c, 1, 0));
        struct timeval timeout = {5, 0};
        setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        while (recv(pair[0], &c, 1, MSG_DONTWAIT) == 1)
            ;
        alarm_in(15);
        SAY(recv(pair[0], &c, 1, 0));
        sem_t semaphore;
        sem_init(&semaphore, 0, 0);
        struct timespec later;
        clock_gettime(CLOCK_REALTIME, &later);
        later.tv_nsec = (later.tv_nsec + 60000000) % 1000000000;
        later.tv_sec += later.tv_nsec < 60000000;
        alarm_in(15);
        SAY(sem_timedwait(&semaphore, &later));
    }
}
