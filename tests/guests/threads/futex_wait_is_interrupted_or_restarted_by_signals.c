#include "../guest.h"

#include "../futex.h"
static unsigned word;

static void handler(int signo, siginfo_t *info, void *context) {
    say("handler");
    if (signo == SIGUSR1)
        word = 1;
}

static void *work(void *argument) {
    pid_t main_thread = getpid();
    for (int i = 0; i < 2; i++) {
        until_asleep(main_thread);
        tgkill(getpid(), main_thread, i ? SIGUSR1 : SIGUSR2);
        nap(30);
    }
    return 0;
}

int main(void) {
    handle(SIGUSR1, handler, SA_RESTART);
    handle(SIGUSR2, handler, 0);
    pthread_t thread;
    pthread_create(&thread, 0, work, 0);
    SAY(futex(&word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0));
    SAY(futex(&word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0));
    pthread_join(thread, 0);
}
