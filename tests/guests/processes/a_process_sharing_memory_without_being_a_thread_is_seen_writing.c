#include "../guest.h"

static char stack[65536] __attribute__((aligned(16)));
static volatile int shared;
static volatile pid_t pid_inside;

static int work(void *argument) {
    shared = 42;
    pid_inside = getpid();
    return 7;
}

int main(void) {
    pid_t child = clone(work, stack + sizeof stack, CLONE_VM | SIGCHLD, 0);
    if (child < 0)
        die("clone");
    int status;
    SAY(waitpid(child, &status, 0) == child);
    say_status("child", status);
    say("shared %d a process of its own %d", shared, pid_inside == child && child != getpid());
    child = clone(work, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES, 0);
    SAY(waitpid(child, &status, 0));
    SAY(waitpid(child, &status, __WCLONE) == child);
    say_status("child without a signal", status);
}
