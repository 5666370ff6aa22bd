// Waiting: poll, select, epoll with and without signal masks, timers and events as descriptors.
#include "show.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

static volatile int handled;
static int ends[2];

static void handler(int signo) {
    handled++;
}

static long elapsed(struct timespec *since) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

static void simple(void) {
    struct pollfd fds[3] = {{ends[0], POLLIN}, {ends[1], POLLOUT}, {99, POLLIN}};
    SHOW(poll(fds, 3, 0));
    printf("%x %x %x\n", fds[0].revents, fds[1].revents, fds[2].revents);
    SHOW(poll(fds, 1, 20));
    SHOW(poll((void *)8, 1, 0));
    fd_set reading, writing;
    FD_ZERO(&reading);
    FD_ZERO(&writing);
    FD_SET(ends[0], &reading);
    FD_SET(ends[1], &writing);
    struct timeval now = {0, 0};
    SHOW(select(10, &reading, &writing, NULL, &now));
    printf("%d %d\n", FD_ISSET(ends[0], &reading), FD_ISSET(ends[1], &writing));
    struct timespec moment = {0, 10000000};
    FD_SET(ends[0], &reading);
    SHOW(pselect(10, &reading, NULL, NULL, &moment, NULL));
    SHOW(syscall(SYS_pselect6, -1, NULL, NULL, NULL, &moment, NULL));
}

// A signal that is blocked but for the time of the wait ends the wait, even if it came before.
static void with_masks(void) {
    sigset_t blocked, none, now;
    struct timespec long_time = {20, 0};
    struct pollfd fd = {ends[0], POLLIN};
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    kill(getpid(), SIGUSR1);
    SHOW(handled);
    SHOW(ppoll(&fd, 1, &long_time, &none));
    SHOW(handled);
    sigprocmask(SIG_SETMASK, NULL, &now);
    SHOW(sigismember(&now, SIGUSR1));
    kill(getpid(), SIGUSR1);
    SHOW(pselect(0, NULL, NULL, NULL, &long_time, &none));
    SHOW(handled);
    kill(getpid(), SIGUSR1);
    int epoll = epoll_create1(0);
    struct epoll_event event;
    SHOW(epoll_pwait(epoll, &event, 1, 20000, &none));
    SHOW(handled);
    kill(getpid(), SIGUSR1);
    struct timespec none_left = {0, 0};
    SHOW(ppoll(&fd, 1, &none_left, &blocked));
    SHOW(handled);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        usleep(50000);
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    handled = 0;
    SHOW(ppoll(&fd, 1, &long_time, &none));
    SHOW(handled);
    wait(NULL);
    while (handled < 1)
        ppoll(&fd, 1, &long_time, &none);
    handled = 0;
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    // interrupted by a signal from outside
    fflush(stdout);
    if ((child = fork()) == 0) {
        usleep(50000);
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    SHOW(poll(&fd, 1, 20000));
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

static void events(void) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int counter = eventfd(3, EFD_NONBLOCK), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x1122334455667788}, found[4];
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, counter, &event));
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, counter, &event));
    event.data.u64 = 2;
    SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event));
    SHOW(epoll_wait(epoll, found, 4, 0));
    printf("%x %llx\n", found[0].events, (unsigned long long)found[0].data.u64);
    uint64_t value = 0;
    SHOW(read(counter, &value, 8));
    SHOW(value);
    SHOW(read(counter, &value, 8));
    struct itimerspec spec = {{0, 0}, {0, 30000000}};
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    SHOW(timerfd_settime(timer, 0, &spec, NULL));
    SHOW(epoll_wait(epoll, found, 4, -1));
    SHOW(found[0].data.u64);
    SHOW(elapsed(&start) >= 29);
    SHOW(read(timer, &value, 8));
    SHOW(value);
    SHOW(epoll_ctl(epoll, EPOLL_CTL_DEL, timer, NULL));
    SHOW(epoll_wait(epoll, found, 0, 0));

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, SFD_NONBLOCK);
    struct signalfd_siginfo info;
    SHOW(read(signals, &info, sizeof info));
    kill(getpid(), SIGUSR2);
    SHOW(read(signals, &info, sizeof info));
    SHOW(info.ssi_signo);
    SHOW(info.ssi_pid == (unsigned)getpid());

    unlink("watched");
    int watch = inotify_init1(IN_NONBLOCK);
    SHOW(inotify_add_watch(watch, ".", IN_CREATE));
    close(open("watched", O_CREAT | O_WRONLY, 0600));
    char buffer[512] __attribute__((aligned(8)));
    SHOW(read(watch, buffer, sizeof buffer));
    puts(((struct inotify_event *)buffer)->name);
}

static void sleeping(void) {
    struct timespec start, t = {0, 20000000}, left;
    clock_gettime(CLOCK_MONOTONIC, &start);
    SHOW(nanosleep(&t, NULL));
    SHOW(elapsed(&start) >= 20);
    t.tv_nsec = 2000000000;
    SHOW(nanosleep(&t, &left));
    struct timespec until = start;
    until.tv_sec += 0;
    SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
    SHOW(clock_gettime(12345, &t));
    SHOW(clock_getres(CLOCK_MONOTONIC, &t));
    fflush(stdout);
    if (fork() == 0) {
        usleep(50000);
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    handled = 0;
    struct timespec ten = {10, 0};
    SHOW(nanosleep(&ten, &left));
    SHOW(left.tv_sec);
    SHOW(handled);
    wait(NULL);
}

int main(void) {
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGUSR1, &action, NULL);
    SHOW(pipe(ends));
    simple();
    with_masks();
    events();
    sleeping();
    return 0;
}
