#include "../guest.h"

static volatile sig_atomic_t ended;

static void count(int signo, siginfo_t *info, void *context) { ended++; }

static void caught(int signo, siginfo_t *info, void *context) {
    say("a handler runs in the child for %s", sigabbrev_np(signo));
    _exit(5);
}

int main(void) {
    handle(SIGCHLD, count, SA_RESTART);
    handle(SIGUSR1, caught, 0);
    handle(SIGFPE, caught, 0);
    int shared_value = 7;
    for (int round = 0; round < 10; round++) {
        int to_child[2];
        if (pipe(to_child))
            die("pipe");
        pid_t pid = fork();
        if (pid == 0) {
            shared_value++;  // its own copy
            volatile int zero = 0;
            char byte;
            switch (round) {
            case 0: case 5: exit(shared_value);
            case 1: case 6: raise(SIGKILL); break;
            case 2: case 7: raise(SIGUSR1); break;
            case 3: case 8: _exit(1 / zero);
            case 4: _exit(read(to_child[0], &byte, 1) == 1 ? byte : 99);
            case 9: abort();
            }
            _exit(98);
        }
        if (round == 4 && write(to_child[1], "!", 1) != 1)
            die("write");
        int status;
        if (waitpid(pid, &status, 0) != pid)
            die("waitpid");
        say("round %d: status %#x, parent still has %d", round, status & 0xff7f, shared_value);
        close(to_child[0]);
        close(to_child[1]);
    }
    say("children that ended were told %d", ended == 10);
}
