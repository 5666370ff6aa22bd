#include "../guest.h"

static void *writer(void *x) {
    nap(50);
    int fd = open("fifo", O_WRONLY);
    write(fd, "through", 7);
    close(fd);
    return 0;
}
int main(void) {
    char text[16] = "";
    SAY(mkfifo("fifo", 0600));
    SAY(mkfifo("fifo", 0600));
    SAY(open("fifo", O_WRONLY | O_NONBLOCK));
    int quick = open("fifo", O_RDONLY | O_NONBLOCK);
    SAY(read(quick, text, 8));
    int w = open("fifo", O_WRONLY | O_NONBLOCK);
    SAY(read(quick, text, 8));
    SAY(write(w, "a", 1));
    SAY(read(quick, text, 8));
    close(w), close(quick);
    pthread_t t;
    pthread_create(&t, 0, writer, 0);
    int r = open("fifo", O_RDONLY);
    SAY(read(r, text, 15));
    say("%s", text);
    SAY(read(r, text, 15));
    pthread_join(t, 0);
    int both = open("fifo", O_RDWR);
    SAY(write(both, "self", 4));
    SAY(read(both, text, 15));
    SAY(lseek(both, 0, SEEK_CUR));
    SAY(ftruncate(both, 0));
    struct stat s;
    fstat(both, &s);
    say("%o", s.st_mode);
}
