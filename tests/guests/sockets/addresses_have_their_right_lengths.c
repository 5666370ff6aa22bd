#include "../guest.h"
#include <netinet/in.h>
#include <sys/un.h>

int main(void) {
    struct sockaddr_un u = {AF_UNIX, "name"}, got;
    socklen_t n = 3;
    int a = socket(AF_UNIX, SOCK_STREAM, 0), b = socket(AF_UNIX, SOCK_STREAM, 0);
    SAY(bind(a, (void *)&u, sizeof u));
    SAY(bind(a, (void *)&u, sizeof u));
    SAY(bind(b, (void *)&u, sizeof u));
    memset(&got, 'x', sizeof got);
    SAY(getsockname(a, (void *)&got, &n));
    say("length %d, family byte %d, then %c", n, *(unsigned char *)&got, ((char *)&got)[3]);
    n = sizeof got;
    SAY(getsockname(a, (void *)&got, &n));
    say("%d %s", n, got.sun_path);
    n = sizeof got;
    SAY(getsockname(b, (void *)&got, &n));
    say("unnamed %d", n);
    n = -1;
    SAY(getsockname(a, (void *)&got, &n));
    SAY(getsockname(a, (void *)1, &n));
    n = 10;
    SAY(getsockname(a, (void *)1, &n));
    SAY(getsockname(a, (void *)&got, (void *)1));
    SAY(getpeername(a, (void *)&got, &n));
    memcpy(u.sun_path, "\0abstract", 9);
    SAY(bind(b, (void *)&u, 11));
    n = sizeof got;
    SAY(getsockname(b, (void *)&got, &n));
    say("%d %d %.8s", n, got.sun_path[0], got.sun_path + 1);
    struct sockaddr_in in = {AF_INET};
    int t = socket(AF_INET, SOCK_STREAM, 0);
    SAY(bind(t, (void *)&in, 8));
    SAY(bind(t, (void *)&in, 200));
    in.sin_family = AF_INET6;
    SAY(bind(t, (void *)&in, sizeof in));
    SAY(connect(t, (void *)&in, 1));
    SAY(unlink("name"));
    SAY(connect(a, (void *)&(struct sockaddr_un){AF_UNIX, "none"}, sizeof u));
}
