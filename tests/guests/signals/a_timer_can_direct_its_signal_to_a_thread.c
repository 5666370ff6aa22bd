#include "../guest.h"

static pthread_barrier_t barrier;
static volatile pid_t target;
static volatile int handled;

static void handler(int signo, siginfo_t *info, void *context) {
    say("in the target %d value %d code %d", gettid() == target, info->si_value.sival_int, info->si_code);
    handled = 1;
}

static void *work(void *argument) {
    target = gettid();
    pthread_barrier_wait(&barrier);
    while (!handled)
        nap(2);
    return 0;
}

int main(void) {
    handle(SIGUSR1, handler, 0);
    pthread_barrier_init(&barrier, 0, 2);
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    pthread_barrier_wait(&barrier);
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
    event._sigev_un._tid = target;
    event.sigev_value.sival_int = 4;
    timer_t timer;
    SAY(timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec spec = {{0, 0}, {0, 3000000}};
    SAY(timer_settime(timer, 0, &spec, 0));
    pthread_join(thread, 0);
    event._sigev_un._tid = 1;
    SAY(timer_create(CLOCK_MONOTONIC, &event, &timer));
}
