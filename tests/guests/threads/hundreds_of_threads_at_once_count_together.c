#include "../guest.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static long total;
static __thread long own;

static void *work(void *argument) {
    for (long i = 0; i < 50; i++)
        own += i;
    pthread_barrier_wait(&barrier);
    pthread_mutex_lock(&mutex);
    total += own;
    pthread_mutex_unlock(&mutex);
    return (void *)own;
}

int main(void) {
    enum { COUNT = 300 };
    pthread_t threads[COUNT];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 65536);
    pthread_barrier_init(&barrier, 0, COUNT);
    int made = 0;
    for (long i = 0; i < COUNT; i++)
        made += pthread_create(&threads[i], &attributes, work, (void *)i) == 0;
    long sum = 0;
    for (int i = 0; i < COUNT; i++) {
        void *value;
        pthread_join(threads[i], &value);
        sum += (long)value;
    }
    say("made %d total %ld joined %ld main's own %ld", made, total, sum, own);
}
