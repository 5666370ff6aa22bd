#include "../guest.h"

int main(void) {
    if (unshare(CLONE_NEWUTS))
        return SKIP;
    SAY(sethostname("guest", 5));
    char name[64];
    gethostname(name, sizeof name);
    say("%s", name);
    if (unshare(CLONE_NEWPID))
        die("unshare");
    pid_t child = fork();
    if (!child) {
        say("child is %d, its parent %d, its thread %d", getpid(), getppid(), gettid());
        pthread_t thread = pthread_self();
        (void)thread;
        pid_t grandchild = fork();
        if (!grandchild) {
            say("grandchild is %d", getpid());
            _exit(0);
        }
        waitpid(grandchild, 0, 0);
        _exit(3);
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
    SAY(unshare(CLONE_FS | CLONE_FILES));
    SAY(unshare(CLONE_THREAD));
    SAY(unshare(1));
}
