#include "../guest.h"

#include <setjmp.h>
static __thread sigjmp_buf back;
static _Atomic int caught;

static void handler(int signo, siginfo_t *info, void *context) {
    caught++;
    siglongjmp(back, 1);
}

static void *work(void *argument) {
    for (volatile int i = 0; i < 50; i++)
        if (!sigsetjmp(back, 1))
            *(volatile int *)8 = 1;
    return 0;
}

static void *fatal(void *argument) {
    nap(20);
    *(volatile int *)8 = 1;
    return 0;
}

int main(void) {
    handle(SIGSEGV, handler, 0);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], 0, work, 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], 0);
    say("caught %d", caught);
    pid_t child = fork();
    if (!child) {
        signal(SIGSEGV, SIG_DFL);
        pthread_create(threads, 0, fatal, 0);
        while (1)
            pause();
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
