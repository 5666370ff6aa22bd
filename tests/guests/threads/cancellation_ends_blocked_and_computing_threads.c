#include "../guest.h"

static int ends[2];
static volatile int started;

static void cleanup(void *argument) {
    say("cleanup %s", (char *)argument);
}

static void *blocked(void *argument) {
    char c;
    pthread_cleanup_push(cleanup, "blocked");
    started = 1;
    if (read(ends[0], &c, 1))
        say("read");
    pthread_cleanup_pop(0);
    return 0;
}

static void *computing(void *argument) {
    pthread_cleanup_push(cleanup, "computing");
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, 0);
    started = 1;
    while (1)
        ;
    pthread_cleanup_pop(0);
    return 0;
}

static void *disabled(void *argument) {
    pthread_cleanup_push(cleanup, "disabled");
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, 0);
    started = 1;
    nap(40);
    say("not cancelled yet");
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, 0);
    pthread_testcancel();
    pthread_cleanup_pop(0);
    return 0;
}

int main(void) {
    if (pipe(ends))
        die("pipe");
    void *(*works[])(void *) = {blocked, computing, disabled};
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        started = 0;
        pthread_create(&thread, 0, works[i], 0);
        while (!started)
            nap(1);
        nap(10);
        int r = pthread_cancel(thread);
        void *value;
        pthread_join(thread, &value);
        say("cancel %d cancelled %d", r, value == PTHREAD_CANCELED);
    }
}
