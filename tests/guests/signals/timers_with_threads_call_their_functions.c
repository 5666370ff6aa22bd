#include "../guest.h"

#include <semaphore.h>
static sem_t called;

static void function(union sigval value) {
    static _Atomic int calls;
    if (calls++ >= 3)
        return;
    say("called with %d in another thread %d", value.sival_int, gettid() != getpid());
    sem_post(&called);
}

int main(void) {
    sem_init(&called, 0, 0);
    struct sigevent event = {.sigev_notify = SIGEV_THREAD};
    event.sigev_notify_function = function;
    event.sigev_value.sival_int = 5;
    timer_t timer;
    SAY(timer_create(CLOCK_REALTIME, &event, &timer));
    struct itimerspec spec = {{0, 4000000}, {0, 4000000}};
    SAY(timer_settime(timer, 0, &spec, 0));
    for (int i = 0; i < 3; i++)
        sem_wait(&called);
    SAY(timer_delete(timer));
    _exit(0);
}
