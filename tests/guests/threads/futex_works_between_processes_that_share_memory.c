#include "../guest.h"

#include "../futex.h"
int main(void) {
    unsigned *shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    if (!child) {
        say("child waits %ld", futex(shared, FUTEX_WAIT, 0, 0, 0, 0));
        shared[1] = 1;
        SAY(futex(shared + 1, FUTEX_WAKE, 1, 0, 0, 0));
        _exit(0);
    }
    until_asleep(child);
    shared[0] = 1;
    long woke = futex(shared, FUTEX_WAKE, 1, 0, 0, 0);
    waitpid(child, 0, 0);
    say("woke %ld", woke);
    unsigned *private = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    child = fork();
    if (!child) {
        struct timespec t = {0, 50000000};
        SAY(futex(private, FUTEX_WAIT, 0, &t, 0, 0));
        _exit(0);
    }
    until_asleep(child);
    woke = futex(private, FUTEX_WAKE, 1, 0, 0, 0);
    waitpid(child, 0, 0);
    say("woke %ld", woke);
}
