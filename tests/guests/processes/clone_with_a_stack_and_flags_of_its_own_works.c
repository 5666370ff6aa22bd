#include "../guest.h"

static char stack[65536] __attribute__((aligned(16)));
static volatile int shared = 1;

static int work(void *argument) {
    shared = 5;
    say("child argument %s", (char *)argument);
    return 9;
}

int main(void) {
    int status;
    int flags[] = {SIGCHLD, CLONE_VM | CLONE_VFORK | SIGCHLD, SIGUSR2, 0, CLONE_PARENT | SIGCHLD, CLONE_FILES | SIGCHLD};
    signal(SIGUSR2, SIG_IGN);
    for (int i = 0; i < 4; i++) {
        shared = 1;
        pid_t child = clone(work, stack + sizeof stack, flags[i], "text");
        if (child < 0)
            die("clone");
        say("waited %d", waitpid(child, &status, __WALL) == child);
        say_status("child", status);
        say("shared %d", shared);
    }
}
