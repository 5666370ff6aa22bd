#include "../guest.h"
#include <linux/filter.h>

int main(void) {
    int s[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    struct sock_filter keep2[] = {{BPF_RET | BPF_K, 0, 0, 2}}, bad[] = {{0xffff, 0, 0, 0}};
    struct sock_fprog p = {1, keep2};
    SAY(setsockopt(s[1], SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p));
    char text[8] = "";
    SAY(send(s[0], "hello", 5, 0));
    SAY(recv(s[1], text, 8, 0));
    say("%s", text);
    SAY(setsockopt(s[1], SOL_SOCKET, SO_DETACH_FILTER, &p, sizeof p));
    SAY(setsockopt(s[1], SOL_SOCKET, SO_DETACH_FILTER, &p, sizeof p));
    p.filter = bad;
    SAY(setsockopt(s[1], SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p));
    p.filter = (void *)1;
    SAY(setsockopt(s[1], SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p));
    p.filter = 0;
    SAY(setsockopt(s[1], SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p));
    SAY(setsockopt(s[1], SOL_SOCKET, SO_ATTACH_FILTER, &p, 4));
    SAY(setsockopt(s[1], SOL_SOCKET, SO_ATTACH_FILTER, (void *)1, sizeof p));
}
