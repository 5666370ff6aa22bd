#include "../guest.h"

int main(void) {
    for (int i = 10; i < 20; i++)
        dup2(1, i);
    SAY(syscall(SYS_close_range, 12, 14, 0));
    SAY(syscall(SYS_close_range, 16, 17, 4));
    for (int i = 10; i < 20; i++)
        say("%d: %s", i, result(fcntl(i, F_GETFD)));
    SAY(syscall(SYS_close_range, 15, 12, 0));
    SAY(syscall(SYS_close_range, 10, 12, 8));
    SAY(syscall(SYS_close_range, 10, 12, 2));
    SAY(syscall(SYS_close_range, 3, ~0u, 0));
    SAY(fcntl(19, F_GETFD));
    SAY(open("/dev/null", O_RDONLY));
}
