#include "../guest.h"

static void attempt(int family, int type, int protocol) {
    int s = socket(family, type, protocol);
    say("%d %d %d: %s", family, type, protocol, s < 0 ? strerrorname_np(errno) : "made");
    if (s >= 0)
        close(s);
}
int main(void) {
    for (int family = 0; family < 18; family++)
        if (family != 5 && family != 4 && family != 9 && family != 6 && family != 3)
            attempt(family, SOCK_STREAM, 0);
    attempt(AF_INET, SOCK_DGRAM, 6);
    attempt(AF_INET, 7, 0);
    attempt(AF_INET, SOCK_RAW, 0);
    attempt(AF_INET, SOCK_STREAM | 0x100000, 0);
    attempt(AF_INET, SOCK_SEQPACKET, 0);
    attempt(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
    attempt(-1, 1, 0);
    attempt(1000, 1, 0);
    attempt(AF_INET6, SOCK_DGRAM, 0);
    attempt(AF_UNIX, SOCK_STREAM, 5);
    int p[2];
    SAY(socketpair(AF_INET, SOCK_STREAM, 0, p));
    SAY(socketpair(AF_UNIX, SOCK_STREAM, 0, (void *)1));
    SAY(open("/dev/null", O_RDONLY));
}
