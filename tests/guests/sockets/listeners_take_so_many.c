#include "../guest.h"
#include <sys/un.h>

int main(void) {
    struct sockaddr_un u = {AF_UNIX, "s"};
    int l = socket(AF_UNIX, SOCK_STREAM, 0), n = 0;
    SAY(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&u, sizeof u));
    bind(l, (void *)&u, sizeof u);
    SAY(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&u, sizeof u));
    SAY(accept(l, 0, 0));
    SAY(listen(l, 2));
    for (int i = 0; i < 10; i++) {
        int c = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (connect(c, (void *)&u, sizeof u)) {
            say("%d, then %s", n, strerrorname_np(errno));
            break;
        }
        n++;
        write(c, "x", 1);
    }
    char c;
    int a = accept4(l, 0, 0, SOCK_CLOEXEC);
    SAY(read(a, &c, 1));
    struct ucred who;
    socklen_t z = sizeof who;
    SAY(getsockopt(a, SOL_SOCKET, SO_PEERCRED, &who, &z));
    say("%d", who.pid == getpid());
    SAY(connect(socket(AF_UNIX, SOCK_DGRAM, 0), (void *)&u, sizeof u));
    SAY(accept4(l, 0, 0, 0x100));
    close(l);
    SAY(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&u, sizeof u));
    int v = 3;
    z = 4;
    SAY(getsockopt(a, SOL_SOCKET, SO_ACCEPTCONN, &v, &z));
    SAY(setsockopt(a, SOL_SOCKET, SO_PEEK_OFF, &v, 4));
}
