// Sockets: messages, descriptors passed along, the loopback network.
#include "show.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static void pass_descriptor(void) {
    int pair[2];
    SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
    int on = 1;
    SHOW(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    fflush(stdout);
    if (fork() == 0) {
        int p[2];
        if (pipe(p))
            _exit(1);
        write(p[1], "through a passed pipe", 21);
        char control[CMSG_SPACE(sizeof(int))] = {0};
        struct iovec parts[2] = {{"ab", 2}, {"cde", 3}};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2, .msg_control = control,
                                 .msg_controllen = sizeof control};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &p[0], sizeof(int));
        _exit(sendmsg(pair[0], &message, 0) != 5);
    }
    int status;
    wait(&status);
    printf("sender %d\n", WEXITSTATUS(status));
    char control[256], a[3] = "", b[10] = "", text[64] = "";
    struct iovec parts[2] = {{a, 2}, {b, 9}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2, .msg_control = control,
                             .msg_controllen = sizeof control};
    SHOW(recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC));
    printf("%s %s flags %x\n", a, b, message.msg_flags);
    for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h; h = CMSG_NXTHDR(&message, h)) {
        printf("control level %d type %d length %d\n", h->cmsg_level, h->cmsg_type, (int)h->cmsg_len);
        if (h->cmsg_type == SCM_RIGHTS) {
            int fd;
            memcpy(&fd, CMSG_DATA(h), sizeof fd);
            SHOW(fcntl(fd, F_GETFD));
            SHOW(read(fd, text, sizeof text));
            puts(text);
        }
    }
    struct iovec one = {a, 2};
    struct msghdr bare = {.msg_iov = &one, .msg_iovlen = 1};
    SHOW(recvmsg(pair[1], &bare, MSG_DONTWAIT));
    bare.msg_iov = (void *)16;
    SHOW(recvmsg(pair[1], &bare, MSG_DONTWAIT));
    bare.msg_iovlen = 5000;
    SHOW(sendmsg(pair[1], &bare, 0));
    close(pair[0]);
    SHOW(send(pair[1], "x", 1, MSG_NOSIGNAL));
    close(pair[1]);
}

static void tcp(void) {
    int server = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, peer;
    socklen_t length = sizeof address;
    SHOW(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    SHOW(bind(server, (struct sockaddr *)&address, sizeof address));
    SHOW(listen(server, 5));
    SHOW(getsockname(server, (struct sockaddr *)&address, &length));
    printf("%s, port given: %d\n", inet_ntoa(address.sin_addr), address.sin_port != 0);
    fflush(stdout);
    if (fork() == 0) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client, (struct sockaddr *)&address, sizeof address))
            _exit(1);
        char text[100];
        int n = recv(client, text, sizeof text, 0);
        send(client, text, n, 0);
        shutdown(client, SHUT_WR);
        _exit(0);
    }
    length = sizeof peer;
    int connection = accept4(server, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC);
    SHOW(connection > 0);
    printf("%s %d\n", inet_ntoa(peer.sin_addr), length);
    SHOW(setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    int value = 0;
    length = sizeof value;
    SHOW(getsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &value, &length));
    SHOW(value);
    SHOW(send(connection, "echo this", 9, 0));
    char text[100] = "";
    SHOW(recv(connection, text, sizeof text, MSG_WAITALL));
    puts(text);
    SHOW(recv(connection, text, sizeof text, 0));
    wait(NULL);
    close(connection);
    struct sockaddr_in nobody = address;
    nobody.sin_port = htons(1);
    SHOW(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&nobody, sizeof nobody));
    close(server);
}

static void datagrams(void) {
    int a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, from;
    socklen_t length = sizeof to;
    bind(b, (struct sockaddr *)&to, sizeof to);
    getsockname(b, (struct sockaddr *)&to, &length);
    struct iovec parts[3] = {{"first", 5}, {"second", 6}, {"third", 5}};
    struct mmsghdr out[2] = {
        {.msg_hdr = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = parts, .msg_iovlen = 1}},
        {.msg_hdr = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = parts + 1, .msg_iovlen = 2}}};
    SHOW(sendmmsg(a, out, 2, 0));
    printf("%d %d\n", out[0].msg_len, out[1].msg_len);
    SHOW(sendto(a, "fourth", 6, 0, (struct sockaddr *)&to, sizeof to));
    char text[3][20] = {"", "", ""};
    struct iovec in[2] = {{text[0], 19}, {text[1], 4}};
    struct mmsghdr got[2] = {
        {.msg_hdr = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = in, .msg_iovlen = 1}},
        {.msg_hdr = {.msg_iov = in + 1, .msg_iovlen = 1}}};
    SHOW(recvmmsg(b, got, 2, 0, NULL));
    printf("%s %d %s %d %x, name %d\n", text[0], got[0].msg_len, text[1], got[1].msg_len,
           got[1].msg_hdr.msg_flags, got[0].msg_hdr.msg_namelen);
    length = sizeof from;
    SHOW(recvfrom(b, text[2], 19, 0, (struct sockaddr *)&from, &length));
    printf("%s from %s\n", text[2], inet_ntoa(from.sin_addr));
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_fprog program = {1, all};
    SHOW(setsockopt(b, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    SHOW(sendto(a, "dropped", 7, 0, (struct sockaddr *)&to, sizeof to));
    SHOW(recv(b, text[2], 19, MSG_DONTWAIT));
}

static void unix_names(void) {
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "a-socket"}, found;
    SHOW(bind(server, (struct sockaddr *)&name, sizeof name));
    SHOW(listen(server, 1));
    SHOW(connect(client, (struct sockaddr *)&name, sizeof name));
    socklen_t length = sizeof found;
    SHOW(getpeername(client, (struct sockaddr *)&found, &length));
    printf("%s %d\n", found.sun_path, length);
    struct ucred who = {0};
    length = sizeof who;
    SHOW(getsockopt(client, SOL_SOCKET, SO_PEERCRED, &who, &length));
    SHOW(who.pid == getpid());
    SHOW(getpeername(server, (struct sockaddr *)&found, &length));
    SHOW(socket(1234, SOCK_STREAM, 0));
    SHOW(unlink("a-socket"));
}

int main(void) {
    pass_descriptor();
    tcp();
    datagrams();
    unix_names();
    return 0;
}
