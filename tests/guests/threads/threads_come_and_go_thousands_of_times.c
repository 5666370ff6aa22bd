#include "../guest.h"

static void *work(void *argument) {
    return (void *)((long)argument * 2);
}

int main(void) {
    long sum = 0;
    for (long i = 0; i < 1000; i++) {
        pthread_t threads[2];
        for (int n = 0; n < 2; n++)
            if (pthread_create(&threads[n], 0, work, (void *)i))
                die("create");
        for (int n = 0; n < 2; n++) {
            void *value;
            pthread_join(threads[n], &value);
            sum += (long)value;
        }
    }
    say("%ld", sum);
}
