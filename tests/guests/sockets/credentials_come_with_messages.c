#include "../guest.h"
#include <sys/un.h>

int main(void) {
    int s[2], one = 1;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    SAY(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
    struct ucred peer;
    socklen_t n = sizeof peer;
    SAY(getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &peer, &n));
    say("%d %d %d", peer.pid == getpid(), peer.uid == getuid(), n);
    struct ucred mine = {getpid(), getuid(), getgid()};
    char control[CMSG_SPACE(sizeof mine)] = "", text[8] = "";
    struct iovec v = {"data", 4};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    *c = (struct cmsghdr){CMSG_LEN(sizeof mine), SOL_SOCKET, SCM_CREDENTIALS};
    memcpy(CMSG_DATA(c), &mine, sizeof mine);
    SAY(sendmsg(s[0], &m, 0));
    SAY(send(s[0], "plain", 5, 0));
    for (int i = 0; i < 2; i++) {
        memset(control, 0, sizeof control);
        m = (struct msghdr){.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        v = (struct iovec){text, 8};
        SAY(recvmsg(s[1], &m, 0));
        c = CMSG_FIRSTHDR(&m);
        memcpy(&mine, CMSG_DATA(c), sizeof mine);
        say("type %d length %ld: %d %d flags %x", c->cmsg_type, (long)m.msg_controllen, mine.pid == getpid(), mine.uid == getuid(), m.msg_flags);
    }
    mine.pid = 1;
    m.msg_controllen = sizeof control;
    memcpy(CMSG_DATA(c), &mine, sizeof mine);
    c->cmsg_len = 3;
    SAY(sendmsg(s[0], &m, 0));
}
