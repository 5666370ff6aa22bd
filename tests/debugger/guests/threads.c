// Two threads that work in turn, and a variable that they change.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct point {
    int x, y;
};

int total;
struct point place = {3, 4};
double ratio = 1.5;

__attribute__((noinline)) int work(int amount) {
    int before = total;
    total = before + amount;
    return total;
}

static void *run(void *argument) {
    for (int i = 0; i < 3; i++)
        work((int)(long)argument);
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t threads[2];
    if (argc > 1 && !strcmp(argv[1], "forever"))
        for (;;)
            total++;
    if (argc > 1 && !strcmp(argv[1], "crash"))
        *(volatile int *)argv[0][999999] = 1;
    for (long i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, run, (void *)(i + 10));
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("total %d\n", total);
    return total == 63 ? 7 : 1;
}
