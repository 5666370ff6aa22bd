#include "../guest.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

int main(void) {
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}}, b;
    socklen_t n = sizeof a;
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    SAY(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    SAY(bind(server, (void *)&a, sizeof a));
    SAY(getsockname(server, (void *)&a, &n));
    SAY(listen(server, 5));
    say("family %d length %d port %d", a.sin_family, n, a.sin_port != 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    SAY(connect(client, (void *)&a, sizeof a));
    n = sizeof b;
    int peer = accept4(server, (void *)&b, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    say("accepted %d from %s, flags %d %d", peer > 0, inet_ntoa(b.sin_addr), fcntl(peer, F_GETFL) & O_NONBLOCK, fcntl(peer, F_GETFD));
    char text[32] = "";
    SAY(recv(peer, text, 31, 0));
    SAY(send(client, "hello", 5, 0));
    struct pollfd p = {peer, POLLIN};
    SAY(poll(&p, 1, 2000));
    SAY(recv(peer, text, 31, MSG_PEEK));
    SAY(recv(peer, text, 3, 0));
    SAY(recv(peer, text, 31, MSG_DONTWAIT));
    SAY(send(peer, "back", 4, MSG_MORE));
    SAY(shutdown(peer, SHUT_WR));
    SAY(recv(client, text, 31, MSG_WAITALL));
    SAY(recv(client, text, 31, 0));
    SAY(shutdown(client, 9));
    signal(SIGPIPE, SIG_IGN);
    SAY(send(peer, "x", 1, 0));
    SAY(send(peer, "x", 1, MSG_NOSIGNAL));
    SAY(accept(client, 0, 0));
    SAY(listen(99, 5));
    SAY(listen(0, 5));
}
