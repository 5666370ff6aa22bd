#include "../guest.h"

#include "../futex.h"
static volatile int word = 5;

static void *work(void *argument) {
    say("returns the tid %d", syscall(SYS_set_tid_address, &word) == gettid());
    syscall(SYS_exit, 0);
    return 0;
}

int main(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_create(&thread, &attributes, work, 0);
    futex((void *)&word, FUTEX_WAIT, 5, 0, 0, 0);
    say("word %d", word);
}
