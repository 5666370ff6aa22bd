#include "../guest.h"
// A process with several threads clones processes that share more than a forked child does, or less.

static void *sleeper(void *argument) {
    pause();
    return argument;
}

static pid_t cloned(long flags) {
    return syscall(SYS_clone, flags, 0, 0, 0, 0);
}

int main(void) {
    pthread_t thread;
    int status;
    pthread_create(&thread, 0, sleeper, 0);
    for (int i = 0; i < 2; i++) {
        pid_t child = cloned(CLONE_FS | CLONE_FILES | SIGCHLD);
        if (!child) {
            free(malloc(100000));
            close(2);
            _exit(chdir("/usr") ? 1 : 3);
        }
        waitpid(child, &status, 0);
        char place[99];
        say("child ended with %d, the working directory is %s", WEXITSTATUS(status), getcwd(place, sizeof place));
        SAY(fcntl(2, F_GETFD));
        SAY(chdir("/"));
    }
    pid_t quiet = cloned(0);
    if (!quiet)
        _exit(4);
    SAY(waitpid(-1, &status, 0));
    say("%d", waitpid(quiet, &status, __WCLONE) == quiet);
    say("quiet child ended with %d", WEXITSTATUS(status));
    pid_t stranger = cloned(CLONE_NEWUSER | SIGCHLD);
    if (stranger < 0)
        return SKIP;
    if (!stranger)
        _exit(getuid() == 65534 ? 5 : 6);
    waitpid(stranger, &status, 0);
    say("child in a user namespace of its own ended with %d", WEXITSTATUS(status));
}
