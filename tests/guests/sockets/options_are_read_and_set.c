#include "../guest.h"
#include <netinet/in.h>
#include <netinet/tcp.h>

static void get(int s, int level, int option, const char *name) {
    int v = -1;
    socklen_t n = sizeof v;
    int r = getsockopt(s, level, option, &v, &n);
    say("%s: %d length %d value %d", name, r, n, v);
}
#define GET(l, o) get(s, l, o, #o)
int main(void) {
    int s = socket(AF_INET, SOCK_STREAM, 0), v = 1;
    GET(SOL_SOCKET, SO_TYPE);
    GET(SOL_SOCKET, SO_DOMAIN);
    GET(SOL_SOCKET, SO_PROTOCOL);
    GET(SOL_SOCKET, SO_ERROR);
    GET(SOL_SOCKET, SO_ACCEPTCONN);
    GET(SOL_SOCKET, SO_KEEPALIVE);
    SAY(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, &v, sizeof v));
    GET(SOL_SOCKET, SO_KEEPALIVE);
    SAY(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &v, sizeof v));
    GET(IPPROTO_TCP, TCP_NODELAY);
    v = 30000;
    SAY(setsockopt(s, SOL_SOCKET, SO_RCVBUF, &v, sizeof v));
    GET(SOL_SOCKET, SO_RCVBUF);
    struct linger l = {1, 5};
    socklen_t n = sizeof l;
    SAY(setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof l));
    l.l_linger = 0;
    SAY(getsockopt(s, SOL_SOCKET, SO_LINGER, &l, &n));
    say("%d %d %d", l.l_onoff, l.l_linger, n);
    struct timeval t = {3, 4000};
    SAY(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t));
    t.tv_sec = 0, n = sizeof t;
    SAY(getsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &t, &n));
    say("%ld", (long)t.tv_sec);
    SAY(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, &v, 2));
    SAY(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (void *)1, 4));
    SAY(setsockopt(s, SOL_SOCKET, 9999, &v, 4));
    SAY(setsockopt(s, 9999, 1, &v, 4));
    SAY(setsockopt(0, SOL_SOCKET, SO_KEEPALIVE, &v, 4));
    SAY(setsockopt(99, SOL_SOCKET, SO_KEEPALIVE, &v, 4));
    SAY(getsockopt(s, SOL_SOCKET, SO_TYPE, &v, (void *)1));
    n = -5;
    SAY(getsockopt(s, SOL_SOCKET, SO_TYPE, &v, &n));
    n = 2;
    SAY(getsockopt(s, SOL_SOCKET, SO_TYPE, &v, &n));
    say("%d", n);
    struct tcp_info info;
    n = sizeof info;
    SAY(getsockopt(s, IPPROTO_TCP, TCP_INFO, &info, &n));
    say("state %d", info.tcpi_state);
    int six = socket(AF_INET6, SOCK_STREAM, 0);
    v = 1;
    SAY(setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &v, sizeof v));
}
