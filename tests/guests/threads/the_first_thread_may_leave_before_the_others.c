#include "../guest.h"

static void *work(void *argument) {
    until_asleep(getpid());
    nap(40);
    say("the last one leaves");
    exit(21);
}

int main(void) {
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    say("the first one leaves");
    pthread_exit(0);
}
