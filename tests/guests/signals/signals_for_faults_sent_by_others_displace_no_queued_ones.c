#include "../guest.h"

#define COUNT 1500

static volatile long queued;

static void counted(int signo, siginfo_t *info, void *context) {
    queued++;
}

static void unminded(int signo, siginfo_t *info, void *context) {
}

int main(void) {
    int signals[] = {0, SIGTRAP, SIGSEGV, SIGBUS};
    handle(SIGRTMIN, counted, 0);
    for (int i = 1; i < 4; i++)
        handle(signals[i], unminded, 0);
    pid_t parent = getpid();
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            for (int n = 0; n < COUNT; n++)
                if (signals[i])
                    kill(parent, signals[i]);
                else
                    while (sigqueue(parent, SIGRTMIN, (union sigval){.sival_int = n}))
                        usleep(100);
            _exit(0);
        }
    for (int left = 4; left;)
        if (waitpid(-1, 0, WNOHANG) > 0)
            left--;
    for (int i = 0; i < 10000 && queued < COUNT; i++)
        nap(1);
    say("of the queued signals %ld were lost", COUNT - queued);
}
