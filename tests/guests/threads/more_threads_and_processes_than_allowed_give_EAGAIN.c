#include "../guest.h"

static void *nothing(void *argument) {
    return argument;
}

int main(void) {
    pid_t first = fork();  // while blink may still read its own files
    if (first == 0)
        _exit(0);
    waitpid(first, 0, 0);
    struct rlimit none = {1, 1};
    if (setrlimit(RLIMIT_NPROC, &none))
        die("setrlimit");
    if (getuid() == 0 && setresuid(54321, 54321, 54321))
        return SKIP;
    pthread_t thread;
    int error = pthread_create(&thread, 0, nothing, 0);
    say("pthread_create %s", error ? strerrorname_np(error) : "0");
    error = pthread_create(&thread, 0, nothing, 0);
    say("pthread_create %s", error ? strerrorname_np(error) : "0");
    for (int i = 0; i < 2; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        say("fork %s", result(child > 0 ? 1 : child));
        child = vfork();
        if (child == 0)
            _exit(0);
        say("vfork %s", result(child > 0 ? 1 : child));
    }
    say("the next descriptor is %d", dup(0));
}
