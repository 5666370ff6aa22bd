#include "../guest.h"
#include <spawn.h>

static char *self;
static pid_t lasting[64];
static int count, stop;

static void *spawner(void *argument) {
    long bad = 0;
    for (int i = 0; i < 12; i++) {
        char *words[] = {self, "child", 0};
        pid_t child;
        int status;
        bad += posix_spawn(&child, "/proc/self/exe", 0, 0, words, environ) != 0
            || waitpid(child, &status, 0) != child || status != 7 << 8;
    }
    return (void *)bad;
}

static void *forker(void *argument) {
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE) && count < 64) {
        pid_t child = fork();
        if (child == 0) {
            alarm(50);
            while (1)
                pause();
        }
        lasting[count++] = child;
        nap(2);
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1)
        return 7;
    self = argv[0];
    pthread_t threads[3];
    void *bad[2];
    alarm(50);  // or what a hang leaves would last
    pthread_create(&threads[0], 0, spawner, 0);
    pthread_create(&threads[1], 0, spawner, 0);
    pthread_create(&threads[2], 0, forker, 0);
    pthread_join(threads[0], &bad[0]);
    pthread_join(threads[1], &bad[1]);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    pthread_join(threads[2], 0);
    for (int i = 0; i < count; i++) {
        kill(lasting[i], SIGKILL);
        waitpid(lasting[i], 0, 0);
    }
    say("bad %ld, lasting ones %d", (long)bad[0] + (long)bad[1], count > 0);
}
