#include "../guest.h"
#include <netinet/in.h>

int main(void) {
    int s[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    struct iovec v[4] = {{"one", 3}, {"two", 3}, {" more", 5}, {"three", 5}};
    struct mmsghdr m[3] = {{{.msg_iov = v, .msg_iovlen = 1}}, {{.msg_iov = v + 1, .msg_iovlen = 2}}, {{.msg_iov = v + 3, .msg_iovlen = 1}}};
    SAY(sendmmsg(s[0], m, 3, 0));
    say("%d %d %d", m[0].msg_len, m[1].msg_len, m[2].msg_len);
    char text[4][6] = {""};
    struct iovec in[4] = {{text[0], 5}, {text[1], 5}, {text[2], 5}, {text[3], 5}};
    struct mmsghdr g[4] = {{{.msg_iov = in, .msg_iovlen = 1}}, {{.msg_iov = in + 1, .msg_iovlen = 1}}, {{.msg_iov = in + 2, .msg_iovlen = 1}}, {{.msg_iov = in + 3, .msg_iovlen = 1}}};
    struct timespec t = {0, 10000000};
    SAY(recvmmsg(s[1], g, 4, MSG_DONTWAIT, 0));
    for (int i = 0; i < 3; i++)
        say("%d %s flags %x", g[i].msg_len, text[i], g[i].msg_hdr.msg_flags);
    SAY(recvmmsg(s[1], g, 4, MSG_DONTWAIT, &t));
    SAY(send(s[0], "x", 1, 0));
    SAY(recvmmsg(s[1], g, 4, MSG_WAITFORONE, 0));
    SAY(recvmmsg(s[1], (void *)1, 1, MSG_DONTWAIT, 0));
    SAY(sendmmsg(s[0], (void *)1, 1, 0));
    SAY(sendmmsg(s[0], m, 0, 0));
    v[1].iov_base = (void *)1;
    SAY(sendmmsg(s[0], m, 3, 0));
    m[0].msg_hdr.msg_iov = (void *)1;
    SAY(sendmmsg(s[0], m, 3, 0));
    t.tv_nsec = -1;
    SAY(recvmmsg(s[1], g, 1, 0, &t));
    SAY(sendmmsg(99, m, 1, 0));
    m[0].msg_hdr.msg_iov = v;
    m[0].msg_hdr.msg_iovlen = 2000;
    SAY(sendmsg(s[0], &m[0].msg_hdr, 0));
    SAY(sendmsg(s[0], (void *)1, 0));
    SAY(recvmsg(s[0], (void *)1, MSG_DONTWAIT));
}
