// argv[1] times fork and exec of this program, some at once, from several threads.
#include "../guests/guest.h"

enum { THREADS = 4 };
static int count;
static char *self = "/proc/self/exe";

static void *work(void *argument) {
    long good = 0;
    for (int i = 0; i < count / THREADS; i++) {
        pid_t child = i % 2 ? fork() : vfork();
        char number[12];
        if (!child) {
            snprintf(number, sizeof number, "%d", i % 200);
            execl(self, self, "child", number, (char *)0);
            _exit(255);
        }
        int status;
        if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == i % 200)
            good++;
    }
    return (void *)good;
}

int main(int argc, char **argv) {
    if (argc == 3)
        return atoi(argv[2]);
    count = atoi(argv[1]);
    pthread_t threads[THREADS];
    long good = 0;
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], 0, work, 0);
    for (int i = 0; i < THREADS; i++) {
        void *value;
        pthread_join(threads[i], &value);
        good += (long)value;
    }
    say("%ld of %d children ran and ended as they should", good, count);
}
