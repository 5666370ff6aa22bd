/* The first thread sleeps while another one computes. */
#include <pthread.h>
#include <time.h>

static volatile int awake;

static void *compute(void *unused) {
    while (!awake)
        ;
    return unused;
}

int main(void) {
    struct timespec time = {0, 20000000};
    pthread_t thread;
    pthread_create(&thread, 0, compute, 0);
    int result = nanosleep(&time, 0);
    awake = 1;
    pthread_join(thread, 0);
    return result;
}
