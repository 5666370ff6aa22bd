#include "../guest.h"

int main(void) {
    int ends[2], pair[2];
    if (pipe(ends) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        die("pipe");
    int file = open("file", O_CREAT | O_RDWR, 0600);
    struct pollfd set[] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}, {pair[0], POLLIN | POLLOUT | POLLRDHUP, 0},
                           {file, POLLIN | POLLOUT | POLLPRI, 0}, {99, POLLIN, 0}, {-5, POLLIN, 77}};
    SAY(poll(set, 6, 0));
    for (int i = 0; i < 6; i++)
        say("%d: %#x", i, set[i].revents);
    shutdown(pair[1], SHUT_WR);
    close(ends[0]);
    set[0].fd = -1;
    SAY(poll(set, 6, 0));
    for (int i = 0; i < 6; i++)
        say("%d: %#x", i, set[i].revents);
    SAY(poll((void *)8, 1, 0));
    SAY(poll(set, 100000000, 0));
    long start = now();
    SAY(poll(0, 0, 30));
    say("waited %d", now() - start >= 29);
}
