#include "../guest.h"
#include <netinet/in.h>
#include <sys/epoll.h>

int main(void) {
    int s[2];
    char text[8];
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    write(s[0], "left", 4);
    close(s[0]);
    struct pollfd p = {s[1], POLLIN | POLLOUT | POLLRDHUP};
    SAY(poll(&p, 1, 0));
    say("%x", p.revents);
    SAY(read(s[1], text, 8));
    SAY(read(s[1], text, 8));
    signal(SIGPIPE, SIG_IGN);
    SAY(write(s[1], "x", 1));
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    write(s[1], "unread", 6);
    close(s[0]);
    SAY(read(s[1], text, 8));
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s);
    SAY(write(s[0], "packet", 6));
    SAY(read(s[1], text, 3));
    SAY(recv(s[1], text, 3, MSG_DONTWAIT));
    SAY(shutdown(s[0], SHUT_RDWR));
    SAY(write(s[0], "x", 1));
    SAY(read(s[1], text, 3));
    int e = epoll_create1(0);
    struct epoll_event ev = {EPOLLIN | EPOLLET, {.u32 = 5}};
    SAY(epoll_ctl(e, EPOLL_CTL_ADD, s[1], &ev));
    SAY(epoll_wait(e, &ev, 1, 0));
    say("%x %d", ev.events, ev.data.u32);
    SAY(epoll_wait(e, &ev, 1, 0));
}
