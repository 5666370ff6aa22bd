#include "../guest.h"

int main(void) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    for (int i = 0; i < 2; i++) {
        clockid_t clock = i ? CLOCK_MONOTONIC : CLOCK_REALTIME;
        pthread_condattr_setclock(&attributes, clock);
        pthread_cond_t condition;
        pthread_cond_init(&condition, &attributes);
        struct timespec t;
        clock_gettime(clock, &t);
        t.tv_nsec += 50000000;
        t.tv_sec += t.tv_nsec / 1000000000;
        t.tv_nsec %= 1000000000;
        long start = now();
        pthread_mutex_lock(&mutex);
        int r = pthread_cond_timedwait(&condition, &mutex, &t);
        pthread_mutex_unlock(&mutex);
        say("%s after at least 49 ms %d", strerrorname_np(r), now() - start >= 49);
    }
    struct timespec t = {0, 0};
    pthread_mutex_lock(&mutex);
    say("%s", strerrorname_np(pthread_mutex_timedlock(&mutex, &t)));
}
