#include "../guest.h"
#include <sys/ptrace.h>

static pid_t stopped_child(void) {
    pid_t child = fork();
    if (!child) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        _exit(3);
    }
    return child;
}

int main(void) {
    int status, good = 0;
    pid_t first = stopped_child();
    SAY(waitpid(first, &status, 0) == first);
    say_status("first", status);
    for (int i = 0; i < 60; i++) {
        pid_t next = stopped_child();
        if (waitpid(next, &status, 0) == next && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) good++;
        ptrace(PTRACE_CONT, next, 0, 0);
        if (waitpid(next, &status, 0) == next && WIFEXITED(status)) good++;
    }
    say("%d", good);
    pid_t free = stopped_child();
    waitpid(free, &status, 0);
    SAY(ptrace(PTRACE_DETACH, free, 0, 0));
    SAY(waitpid(free, &status, 0) == free);
    say_status("child", status);
    ptrace(PTRACE_CONT, first, 0, 0);
    SAY(waitpid(first, &status, 0) == first);
    say_status("child", status);
    return 0;
}
