#include "../guest.h"
#include <netinet/in.h>

int main(void) {
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof a;
    int s = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), e = -1;
    bind(s, (void *)&a, n);
    getsockname(s, (void *)&a, &n);
    SAY(connect(c, (void *)&a, n));
    struct pollfd p = {c, POLLOUT};
    SAY(poll(&p, 1, 2000));
    say("%x", p.revents);
    n = 4;
    SAY(getsockopt(c, SOL_SOCKET, SO_ERROR, &e, &n));
    say("%s", strerrorname_np(e));
    SAY(getsockopt(c, SOL_SOCKET, SO_ERROR, &e, &n));
    say("%d", e);
    listen(s, 1);
    close(c);
    c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    SAY(connect(c, (void *)&a, sizeof a) == 0 || errno == EINPROGRESS);
    p = (struct pollfd){c, POLLOUT | POLLIN};
    SAY(poll(&p, 1, 2000));
    say("%x", p.revents);
    SAY(connect(c, (void *)&a, sizeof a) == 0 || errno == EISCONN);
    fcntl(s, F_SETFL, O_NONBLOCK);
    SAY(accept(s, 0, 0) > 0);
    SAY(accept(s, 0, 0));
    char t;
    SAY(recv(c, &t, 1, 0));
    SAY(getpeername(c, (void *)&a, &n));
}
