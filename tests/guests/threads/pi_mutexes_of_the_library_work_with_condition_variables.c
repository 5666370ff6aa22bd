#include "../guest.h"

static pthread_mutex_t mutex;
static pthread_cond_t changed;
static int turn, done;

static void *work(void *argument) {
    long me = (long)argument;
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&mutex);
        while (turn != me)
            pthread_cond_wait(&changed, &mutex);
        turn = (turn + 1) % 4;
        done++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&mutex);
    }
    return 0;
}

int main(void) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    SAY(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
    SAY(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK));
    SAY(pthread_mutex_init(&mutex, &attributes));
    pthread_cond_init(&changed, 0);
    SAY(pthread_mutex_lock(&mutex));
    SAY(pthread_mutex_lock(&mutex) == EDEADLK);
    SAY(pthread_mutex_unlock(&mutex));
    SAY(pthread_mutex_unlock(&mutex) == EPERM);
    pthread_t threads[4];
    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], 0, work, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], 0);
    say("done %d", done);
}
