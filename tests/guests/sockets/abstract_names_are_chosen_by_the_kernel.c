#include "../guest.h"
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <sys/un.h>

int main(void) {
    struct sockaddr_un u = {AF_UNIX}, got;
    socklen_t n = sizeof got;
    int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0), one = 1, v = 0;
    SAY(bind(a, (void *)&u, 2));
    SAY(getsockname(a, (void *)&got, &n));
    say("%d %d", n, got.sun_path[0]);
    SAY(sendto(b, "to abstract", 11, 0, (void *)&got, n));
    SAY(ioctl(a, SIOCINQ, &v));
    say("%d", v);
    struct sockaddr_un from;
    n = sizeof from;
    char text[32] = "";
    SAY(recvfrom(a, text, 31, 0, (void *)&from, &n));
    say("%s from %d", text, n);
    SAY(setsockopt(b, SOL_SOCKET, SO_PASSCRED, &one, 4));
    n = sizeof got;
    getsockname(a, (void *)&got, &n);
    SAY(connect(b, (void *)&got, n));
    n = sizeof from;
    SAY(getsockname(b, (void *)&from, &n));
    say("autobound %d", n);
    SAY(send(b, "x", 1, 0));
    SAY(ioctl(b, SIOCOUTQ, &v));
    say("some out %d", v > 0);
    close(a);
    SAY(send(b, "x", 1, MSG_NOSIGNAL));
    u.sun_family = AF_UNSPEC;
    SAY(connect(b, (void *)&u, sizeof u));
    SAY(send(b, "x", 1, MSG_NOSIGNAL));
}
