#include "../guest.h"

static char stack[65536] __attribute__((aligned(16)));

static int work(void *argument) {
    dup2(1, 77);
    return 0;
}

int main(void) {
    int status;
    pid_t child = clone(work, stack + sizeof stack, CLONE_FILES | SIGCHLD, 0);
    waitpid(child, &status, 0);
    SAY(fcntl(77, F_GETFD));
    child = clone(work, stack + sizeof stack, SIGCHLD, 0);
    waitpid(child, &status, 0);
    close(77);
    child = clone(work, stack + sizeof stack, SIGCHLD, 0);
    waitpid(child, &status, 0);
    SAY(fcntl(77, F_GETFD));
}
