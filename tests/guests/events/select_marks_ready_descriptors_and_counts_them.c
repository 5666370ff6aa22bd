#include "../guest.h"

int main(void) {
    int ends[2];
    if (pipe(ends))
        die("pipe");
    fd_set reading, writing, other;
    FD_ZERO(&reading);
    FD_ZERO(&writing);
    FD_ZERO(&other);
    FD_SET(ends[0], &reading);
    FD_SET(ends[1], &writing);
    FD_SET(ends[0], &writing);
    struct timeval t = {1, 0};
    SAY(select(ends[1] + 1, &reading, &writing, &other, &t));
    say("%d %d", FD_ISSET(ends[0], &reading), FD_ISSET(ends[1], &writing));
    int high = fcntl(ends[0], F_DUPFD, 500);
    if (write(ends[1], "x", 1) != 1)
        die("write");
    FD_ZERO(&reading);
    FD_SET(high, &reading);
    SAY(select(high + 1, &reading, 0, 0, 0));
    say("high %d", FD_ISSET(high, &reading) != 0);
    FD_SET(high + 1, &reading);
    SAY(select(high + 2, &reading, 0, 0, &t));
    SAY(select(-1, 0, 0, 0, &t));
    struct timeval bad = {-1, 0};
    SAY(select(0, 0, 0, 0, &bad));
    t = (struct timeval){0, 30000};
    SAY(select(0, 0, 0, 0, &t));
    say("nothing left %ld", (long)t.tv_usec);
    SAY(select(5, (void *)8, 0, 0, &t));
}
