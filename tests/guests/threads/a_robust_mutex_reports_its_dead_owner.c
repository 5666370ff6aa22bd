#include "../guest.h"

static pthread_mutex_t mutex;

static void *work(void *argument) {
    pthread_mutex_lock(&mutex);
    if (argument)
        pthread_exit(0);
    return 0;
}

int main(void) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex, &attributes);
    for (long how = 0; how < 2; how++) {
        pthread_t thread;
        pthread_create(&thread, 0, work, (void *)how);
        pthread_join(thread, 0);
        say("lock %s", strerrorname_np(pthread_mutex_lock(&mutex)));
        SAY(pthread_mutex_consistent(&mutex));
        SAY(pthread_mutex_unlock(&mutex));
        SAY(pthread_mutex_lock(&mutex));
        SAY(pthread_mutex_unlock(&mutex));
    }
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    pthread_join(thread, 0);
    say("lock %s", strerrorname_np(pthread_mutex_lock(&mutex)));
    pthread_mutex_unlock(&mutex);
    say("not made consistent: %s", strerrorname_np(pthread_mutex_lock(&mutex)));
}
