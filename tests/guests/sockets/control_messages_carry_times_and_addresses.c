#include "../guest.h"
#include <netinet/in.h>

int main(void) {
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof a;
    int r = socket(AF_INET, SOCK_DGRAM, 0), s = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
    bind(r, (void *)&a, n);
    getsockname(r, (void *)&a, &n);
    SAY(setsockopt(r, SOL_SOCKET, SO_TIMESTAMPNS, &one, 4));
    SAY(setsockopt(r, IPPROTO_IP, IP_PKTINFO, &one, 4));
    SAY(setsockopt(r, IPPROTO_IP, IP_RECVTTL, &one, 4));
    sendto(s, "hi", 2, 0, (void *)&a, sizeof a);
    char control[256], text[8];
    struct iovec v = {text, 8};
    struct sockaddr_in from;
    struct msghdr m = {&from, sizeof from, &v, 1, control, sizeof control};
    SAY(recvmsg(r, &m, 0));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        say("level %d type %d length %ld", c->cmsg_level, c->cmsg_type, (long)c->cmsg_len);
        if (c->cmsg_level == SOL_SOCKET)
            say("recent %d", ((struct timespec *)CMSG_DATA(c))->tv_sec > 1600000000);
        if (c->cmsg_type == IP_PKTINFO)
            say("local %d", ((struct in_pktinfo *)CMSG_DATA(c))->ipi_addr.s_addr == htonl(INADDR_LOOPBACK));
    }
    say("name %d", m.msg_namelen);
    sendto(s, "hi", 2, 0, (void *)&a, sizeof a);
    m.msg_controllen = 20;
    SAY(recvmsg(r, &m, 0));
    say("truncated %d left %ld", !!(m.msg_flags & MSG_CTRUNC), (long)m.msg_controllen);
    m.msg_control = (void *)1;
    m.msg_controllen = 100;
    sendto(s, "hi", 2, 0, (void *)&a, sizeof a);
    SAY(recvmsg(r, &m, 0) >= -1);
    m.msg_control = 0, m.msg_controllen = 0, m.msg_namelen = -1;
    SAY(recvmsg(r, &m, MSG_DONTWAIT));
}
