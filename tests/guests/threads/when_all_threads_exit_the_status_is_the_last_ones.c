#include "../guest.h"

static void *work(void *argument) {
    nap(30);
    say("the second ends");
    syscall(SYS_exit, 5);
    return 0;
}

int main(void) {
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        pthread_create(&thread, 0, work, 0);
        say("the leader ends");
        syscall(SYS_exit, 3);
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
