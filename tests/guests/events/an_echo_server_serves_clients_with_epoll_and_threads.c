#include "../guest.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
static int port;

static void *client(void *argument) {
    struct sockaddr_in address = {AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}};
    long sum = 0;
    for (int i = 0; i < 20; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (void *)&address, sizeof address))
            die("connect");
        char out[32], in[32] = {0};
        int n = snprintf(out, sizeof out, "%ld-%d", (long)argument, i);
        if (write(fd, out, n) != n || read(fd, in, sizeof in) != n || strcmp(in, out))
            die("echo");
        close(fd);
        sum += n;
    }
    return (void *)sum;
}

int main(void) {
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0), served = 0;
    struct sockaddr_in address = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    if (bind(server, (void *)&address, size) || listen(server, 64) || getsockname(server, (void *)&address, &size))
        die("server");
    port = ntohs(address.sin_port);
    struct epoll_event event = {EPOLLIN, {.fd = server}}, events[16];
    epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event);
    pthread_t threads[4];
    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], 0, client, (void *)i);
    while (served < 80) {
        int n = epoll_wait(epoll, events, 16, 5000);
        if (n == 0)
            break;
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == server) {
                while ((fd = accept4(server, 0, 0, SOCK_NONBLOCK)) >= 0) {
                    event.events = EPOLLIN, event.data.fd = fd;
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
                }
                continue;
            }
            char data[64];
            ssize_t r = read(fd, data, sizeof data);
            if (r > 0 && write(fd, data, r) != r)
                die("write");
            if (r == 0)
                close(fd), served++;
        }
    }
    long sum = 0;
    for (int i = 0; i < 4; i++) {
        void *value;
        pthread_join(threads[i], &value);
        sum += (long)value;
    }
    say("served %d bytes %ld", served, sum);
}
