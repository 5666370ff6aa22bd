#include "../guest.h"

static void *work(void *argument) {
    long sum = 0;
    for (int i = 0; i < 5; i++) {
        pid_t child = fork();
        if (!child)
            _exit(i + (int)(long)argument);
        int status;
        waitpid(child, &status, 0);
        sum += WEXITSTATUS(status);
    }
    return (void *)sum;
}

int main(void) {
    pthread_t threads[6];
    for (long i = 0; i < 6; i++)
        pthread_create(&threads[i], 0, work, (void *)(i * 10));
    for (int i = 0; i < 6; i++) {
        void *sum;
        pthread_join(threads[i], &sum);
        say("%ld", (long)sum);
    }
}
