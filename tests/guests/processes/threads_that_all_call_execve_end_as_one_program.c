#include "../guest.h"

static pthread_barrier_t barrier;

static void *work(void *argument) {
    pthread_barrier_wait(&barrier);
    execl("/bin/sh", "sh", "-c", "exit 33", (char *)0);
    return 0;
}

int main(void) {
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();
        if (!child) {
            pthread_barrier_init(&barrier, 0, 5);
            pthread_t thread;
            for (int n = 0; n < 4; n++)
                pthread_create(&thread, 0, work, 0);
            work(0);
            pause();
        }
        int status;
        waitpid(child, &status, 0);
        say_status("child", status);
    }
}
