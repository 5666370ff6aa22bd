#include "../guest.h"

int main(void) {
    int p[2];
    char page[4096] = "";
    SAY(pipe2(p, O_NONBLOCK | O_CLOEXEC));
    say("%d %d", fcntl(p[0], F_GETFD), fcntl(p[1], F_GETFL));
    int n = 0;
    while (write(p[1], page, 4096) == 4096)
        n++;
    say("%d pages, then %s", n, strerrorname_np(errno));
    SAY(read(p[0], page, 100));
    SAY(write(p[1], page, 100));
    SAY(read(p[0], page, 4096));
    SAY(write(p[1], page, 5000));
    close(p[1]);
    while (read(p[0], page, 4096) == 4096)
        ;
    SAY(read(p[0], page, 4096));
    SAY(pipe2(p, 1));
    SAY(pipe((void *)1));
    SAY(open("/dev/null", O_RDONLY)); // no descriptors were lost
    pipe(p);
    signal(SIGPIPE, SIG_IGN);
    close(p[0]);
    SAY(write(p[1], "x", 1));
    SAY(lseek(p[1], 0, SEEK_SET));
    SAY(pread(p[1], page, 1, 0));
}
