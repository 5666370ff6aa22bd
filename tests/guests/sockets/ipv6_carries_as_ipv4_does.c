#include "../guest.h"
#include <arpa/inet.h>
#include <netinet/in.h>

int main(void) {
    struct sockaddr_in6 a = {AF_INET6, 0, 0, IN6ADDR_LOOPBACK_INIT}, b;
    socklen_t n = sizeof a;
    int s = socket(AF_INET6, SOCK_STREAM, 0), c = socket(AF_INET6, SOCK_STREAM, 0);
    if (s < 0 || bind(s, (void *)&a, sizeof a))
        return SKIP;
    getsockname(s, (void *)&a, &n);
    SAY(listen(s, 1));
    SAY(connect(c, (void *)&a, n));
    n = sizeof b;
    int p = accept(s, (void *)&b, &n);
    char text[64] = "";
    say("%s %d", inet_ntop(AF_INET6, &b.sin6_addr, text, 64), n);
    SAY(write(c, "six", 3));
    SAY(read(p, text, 10));
    int v = 0;
    n = 4;
    SAY(getsockopt(p, IPPROTO_IPV6, IPV6_V6ONLY, &v, &n));
    struct sockaddr_in old = {AF_INET, a.sin6_port, {htonl(INADDR_LOOPBACK)}};
    SAY(connect(c, (void *)&old, sizeof old));
    close(s);
    int refused = socket(AF_INET6, SOCK_STREAM, 0);
    SAY(connect(refused, (void *)&a, sizeof a));
}
