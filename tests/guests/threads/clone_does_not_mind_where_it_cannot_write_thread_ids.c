#include "../guest.h"

static char stack[4][65536] __attribute__((aligned(16)));
static int over[4];
static void *const nowhere = (void *)0x123000;

static int started(void *number) {
    over[(long)number] = 1;
    syscall(SYS_futex, &over[(long)number], 129, 1, 0, 0, 0);
    syscall(SYS_exit, 0);
    return 0;
}

static void wait_for(int number) {
    while (!__atomic_load_n(&over[number], __ATOMIC_ACQUIRE))
        syscall(SYS_futex, &over[number], 128, 0, 0, 0, 0);
}

int main(void) {
    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    say("parent's word %d", clone(started, stack[1], flags | CLONE_PARENT_SETTID, (void *)0, nowhere) > 0);
    wait_for(0);
    say("child's words %d", clone(started, stack[2], flags | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID,
                                  (void *)1, 0, 0, nowhere) > 0);
    wait_for(1);
    say("where the thread's descriptor cannot be written: %d",
        clone(started, stack[3], flags | CLONE_PIDFD, (void *)2, nowhere) == -1 ? errno : 0);
    int status;
    for (int i = 0; i < 3; i++) {
        pid_t child = syscall(SYS_clone, CLONE_CHILD_SETTID | CLONE_PARENT_SETTID | SIGCHLD, 0, nowhere, nowhere, 0);
        if (child == 0)
            _exit(5);
        say("a process %d", child > 0 && waitpid(child, &status, 0) == child);
        say_status("it", status);
    }
}
