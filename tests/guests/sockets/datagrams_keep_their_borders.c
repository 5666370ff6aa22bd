#include "../guest.h"
#include <netinet/in.h>

int main(void) {
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}}, from;
    socklen_t n = sizeof a;
    int r = socket(AF_INET, SOCK_DGRAM, 0), s = socket(AF_INET, SOCK_DGRAM, 0);
    char text[8] = "";
    bind(r, (void *)&a, sizeof a);
    getsockname(r, (void *)&a, &n);
    SAY(sendto(s, "longer than eight", 17, 0, (void *)&a, sizeof a));
    SAY(sendto(s, "", 0, 0, (void *)&a, sizeof a));
    SAY(sendto(s, "third", 5, 0, (void *)&a, sizeof a));
    n = sizeof from;
    SAY(recvfrom(r, text, 8, MSG_TRUNC, (void *)&from, &n));
    say("%.8s family %d length %d", text, from.sin_family, n);
    SAY(recvfrom(r, text, 8, 0, 0, 0));
    n = 4;
    SAY(recvfrom(r, text, 8, 0, (void *)&from, &n));
    say("%d", n);
    SAY(recvfrom(r, text, 8, MSG_DONTWAIT, 0, 0));
    SAY(sendto(s, "x", 1, 0, 0, 0));
    SAY(connect(s, (void *)&a, sizeof a));
    SAY(send(s, "x", 1, 0));
    SAY(recv(r, (void *)1, 1, 0));
    SAY(send(s, "y", 1, 0));
    SAY(recv(r, text, 8, 0));
    SAY(sendto(s, (void *)1, 1, 0, 0, 0));
    char big[70000];
    SAY(send(s, big, 70000, 0));
    struct timeval t = {0, 20000};
    setsockopt(r, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    SAY(recv(r, text, 8, 0));
}
