#include "../guest.h"
#include <sys/un.h>

static void send_fds(int to, int *fds, int n, const char *text) {
    char control[CMSG_SPACE(8 * sizeof(int))] = "";
    struct iovec v = {(void *)text, strlen(text)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(n * sizeof(int))};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    *c = (struct cmsghdr){CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(c), fds, n * sizeof(int));
    SAY(sendmsg(to, &m, 0));
}
static void receive(int from, int room, int flags) {
    char control[256] = "", text[16] = "";
    struct iovec v = {text, 15};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
    SAY(recvmsg(from, &m, flags));
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    int n = c ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0, fd;
    say("%s: %d descriptors, truncated %d, control %ld", text, n, !!(m.msg_flags & MSG_CTRUNC), (long)m.msg_controllen);
    for (int i = 0; i < n; i++) {
        memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
        char got[8] = "";
        pread(fd, got, 7, 0);
        say("fd %d flags %d reads %s", fd, fcntl(fd, F_GETFD), got);
    }
}
int main(void) {
    int s[2], fds[3], status;
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    for (int i = 0; i < 3; i++) {
        char name[2] = {'a' + i};
        fds[i] = open(name, O_RDWR | O_CREAT, 0600);
        write(fds[i], name, 1);
    }
    send_fds(s[0], fds, 2, "two");
    receive(s[1], 256, 0);
    send_fds(s[0], fds, 3, "three");
    receive(s[1], CMSG_LEN(2 * sizeof(int)), MSG_CMSG_CLOEXEC);
    send_fds(s[0], fds, 1, "none");
    receive(s[1], 0, 0);
    if (fork() == 0) {
        send_fds(s[0], fds + 1, 1, "child");
        _exit(0);
    }
    wait(&status);
    receive(s[1], 256, 0);
    fds[0] = 999;
    send_fds(s[0], fds, 1, "bad");
}
