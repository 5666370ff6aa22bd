#include "../guest.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

int main(void) {
    int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), found = 0, done = 0;
    struct { struct nlmsghdr h; struct rtgenmsg g; } q = {{sizeof q, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 7}, {AF_UNSPEC}};
    struct sockaddr_nl a = {AF_NETLINK};
    SAY(bind(s, (void *)&a, sizeof a));
    SAY(sendto(s, &q, sizeof q, 0, (void *)&a, sizeof a));
    static char buffer[32768];
    while (!done) {
        int n = recv(s, buffer, sizeof buffer, 0);
        if (n <= 0)
            break;
        for (struct nlmsghdr *h = (void *)buffer; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
            if (h->nlmsg_type == NLMSG_DONE)
                done = 1;
            if (h->nlmsg_type == RTM_NEWLINK && ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_flags & IFF_LOOPBACK)
                found = h->nlmsg_seq;
        }
    }
    say("loopback %d done %d", found, done);
    say("index of lo %d", if_nametoindex("lo"));
    q.h.nlmsg_type = 999;
    q.h.nlmsg_flags = NLM_F_REQUEST;
    send(s, &q, sizeof q, 0);
    recv(s, buffer, sizeof buffer, 0);
    say("error %d", ((struct nlmsgerr *)NLMSG_DATA((struct nlmsghdr *)buffer))->error);
    struct { struct iovec v; struct msghdr m; } r = {{buffer, 100}};
    r.m = (struct msghdr){.msg_iov = &r.v, .msg_iovlen = 1, .msg_name = &a, .msg_namelen = sizeof a};
    SAY(recvmsg(s, &r.m, MSG_DONTWAIT));
}
