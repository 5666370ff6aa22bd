#include "../guest.h"

#include <sys/eventfd.h>
int main(void) {
    int fd = eventfd(3, EFD_NONBLOCK);
    uint64_t value;
    SAY(read(fd, &value, 8));
    say("%lu", (unsigned long)value);
    SAY(read(fd, &value, 8));
    value = 0xFFFFFFFFFFFFFFFE;
    SAY(write(fd, &value, 8));
    struct pollfd waiting = {fd, POLLIN | POLLOUT, 0};
    SAY(poll(&waiting, 1, 0));
    say("%#x", waiting.revents);
    value = 1;
    SAY(write(fd, &value, 8));
    value = ~0ul;
    SAY(write(fd, &value, 8));
    SAY(write(fd, &value, 4));
    SAY(read(fd, &value, 4));
    int semaphore = eventfd(2, EFD_SEMAPHORE | EFD_CLOEXEC);
    SAY(read(semaphore, &value, 8));
    say("%lu", (unsigned long)value);
    SAY(eventfd(0, 77));
    pid_t child = fork();
    if (!child) {
        nap(30);
        value = 1;
        _exit(write(semaphore, &value, 8) != 8);
    }
    SAY(read(semaphore, &value, 8));
    SAY(read(semaphore, &value, 8));
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
