#include "../guest.h"

int main(void) {
    volatile int local = 1;
    static volatile int global = 1;
    char *heap = calloc(1, 100000);
    pid_t child = vfork();
    if (!child) {
        local = 2;
        global = 3;
        heap[90000] = 4;
        _exit(6);
    }
    say("%d %d %d", local, global, heap[90000]);
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
    child = vfork();
    if (!child) {
        execl("/no/such/program", "x", (char *)0);
        local = errno;
        _exit(127);
    }
    say("errno %s", strerrorname_np(local));
    waitpid(child, &status, 0);
    say_status("child", status);
    child = vfork();
    if (!child) {
        execl("/bin/sh", "sh", "-c", "exit 9", (char *)0);
        _exit(127);
    }
    waitpid(child, &status, 0);
    say_status("child", status);
    child = vfork();
    if (!child) {
        raise(SIGKILL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    say_status("child", status);
}
