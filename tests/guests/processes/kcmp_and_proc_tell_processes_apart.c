#include "../guest.h"
#include <sys/epoll.h>

int main(void) {
    int a = open("/dev/null", O_RDONLY), b = dup(a), c = open("/dev/null", O_RDONLY);
    SAY(syscall(SYS_kcmp, getpid(), getpid(), 0, a, b));
    SAY(syscall(SYS_kcmp, getpid(), getpid(), 0, a, c) > 0);
    SAY(syscall(SYS_kcmp, getpid(), 0x7FFFFFF0, 0, a, b));
    int epoll = epoll_create1(0), end[2];
    pipe(end);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, end[0], &event);
    uint32_t slot[3] = {epoll, end[0], 0}, none[3] = {epoll, end[1], 0};
    SAY(syscall(SYS_kcmp, getpid(), getpid(), 7, end[0], slot));
    SAY(syscall(SYS_kcmp, getpid(), getpid(), 7, end[0], none));
    SAY(syscall(SYS_kcmp, getpid(), getpid(), 7, end[0], 16));
    char path[64], text[64] = {0};
    pid_t child = fork();
    if (!child)
        pause();
    snprintf(path, sizeof path, "/proc/%d/comm", child);
    int fd = open(path, O_RDONLY);
    SAY(read(fd, text, sizeof text) > 0);
    kill(child, SIGKILL);
    waitpid(child, 0, 0);
    SAY(read(fd, text, sizeof text));
    SAY(open(path, O_RDONLY));
}
