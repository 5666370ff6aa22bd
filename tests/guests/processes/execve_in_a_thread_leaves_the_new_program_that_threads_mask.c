#include "../guest.h"

static char **words;

static void *caller(void *argument) {
    sigset_t set = set_of(SIGUSR2, 0);
    pthread_sigmask(SIG_SETMASK, &set, 0);
    until_asleep(getpid());
    execl("/proc/self/exe", words[0], "again", NULL);
    die("execl");
    return 0;
}

int main(int argc, char **argv) {
    sigset_t set;
    if (argc > 1) {
        sigprocmask(SIG_BLOCK, 0, &set);
        say("SIGUSR1 %d SIGUSR2 %d", sigismember(&set, SIGUSR1), sigismember(&set, SIGUSR2));
        return 0;
    }
    words = argv;
    block(SIGUSR1);
    pthread_t thread;
    pthread_create(&thread, 0, caller, 0);
    sigemptyset(&set);
    sigsuspend(&set);
}
