// An epoll server and clients in other processes: argv[1] connections in all.
#include "../guests/guest.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>

enum { CLIENTS = 4, AT_ONCE = 25 };

static int client(int port, int connections) {
    struct sockaddr_in address = {AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}};
    int good = 0;
    for (int i = 0; i < connections; i += AT_ONCE) {
        int fds[AT_ONCE];
        for (int n = 0; n < AT_ONCE; n++) {
            fds[n] = socket(AF_INET, SOCK_STREAM, 0);
            struct linger now_linger = {1, 0};  // no TIME_WAIT, or the ports run out
            setsockopt(fds[n], SOL_SOCKET, SO_LINGER, &now_linger, sizeof now_linger);
            if (connect(fds[n], (void *)&address, sizeof address))
                die("connect");
        }
        for (int n = 0; n < AT_ONCE; n++)
            if (write(fds[n], &n, sizeof n) != sizeof n)
                die("write");
        for (int n = 0; n < AT_ONCE; n++) {
            int answer = -1;
            good += read(fds[n], &answer, sizeof answer) == sizeof answer && answer == n + 1;
            close(fds[n]);
        }
    }
    return good == connections;
}

int main(int argc, char **argv) {
    int total = atoi(argv[1]), served = 0, answered = 0;
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0);
    struct sockaddr_in address = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    if (bind(server, (void *)&address, size) || listen(server, 512) || getsockname(server, (void *)&address, &size))
        die("server");
    pid_t clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        if (!(clients[i] = fork()))
            _exit(!client(ntohs(address.sin_port), total / CLIENTS));
    struct epoll_event event = {EPOLLIN, {.fd = server}}, events[64];
    epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event);
    while (served < total) {
        int n = epoll_wait(epoll, events, 64, 20000);
        if (n <= 0)
            break;
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd, word;
            if (fd == server) {
                while ((fd = accept4(server, 0, 0, SOCK_NONBLOCK)) >= 0) {
                    event.data.fd = fd;
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
                }
                continue;
            }
            ssize_t r = read(fd, &word, sizeof word);
            if (r == sizeof word) {
                word++;
                answered += write(fd, &word, sizeof word) == sizeof word;
            } else if (r == 0 || errno != EAGAIN) {
                close(fd);
                served++;
            }
        }
    }
    say("served %d answered %d", served, answered);
    for (int i = 0; i < CLIENTS; i++) {
        int status;
        waitpid(clients[i], &status, 0);
        say_status("client", status);
    }
}
