#include "../guest.h"

#include <semaphore.h>
static sem_t free_slots, used_slots;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static int queue[8], in, out, shared;
static long consumed;

static void *producer(void *argument) {
    for (int i = 1; i <= 300; i++) {
        sem_wait(&free_slots);
        pthread_mutex_lock(&mutex);
        queue[in++ % 8] = i;
        pthread_mutex_unlock(&mutex);
        sem_post(&used_slots);
        pthread_rwlock_wrlock(&rwlock);
        shared++;
        pthread_rwlock_unlock(&rwlock);
    }
    return 0;
}

static void *consumer(void *argument) {
    for (int i = 0; i < 300; i++) {
        sem_wait(&used_slots);
        pthread_mutex_lock(&mutex);
        consumed += queue[out++ % 8];
        pthread_mutex_unlock(&mutex);
        sem_post(&free_slots);
        pthread_rwlock_rdlock(&rwlock);
        if (shared < 0)
            say("never");
        pthread_rwlock_unlock(&rwlock);
    }
    return 0;
}

int main(void) {
    sem_init(&free_slots, 0, 8);
    sem_init(&used_slots, 0, 0);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], 0, i & 1 ? consumer : producer, 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], 0);
    say("consumed %ld shared %d", consumed, shared);
}
