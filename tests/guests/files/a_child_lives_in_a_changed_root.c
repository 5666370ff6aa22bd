#include "../guest.h"

static void *lazy(void *x) { return x; }
int main(void) {
    int status;
    mkdir("root", 0755);
    mkdir("root/etc", 0755);
    close(open("root/etc/inside", O_CREAT | O_WRONLY, 0600));
    symlink("/etc/inside", "root/link");
    if (fork() == 0) {
        if (chroot("root"))
            _exit(SKIP);
        SAY(chdir("/"));
        SAY(access("/etc/inside", F_OK));
        SAY(access("/link", F_OK));
        SAY(access("/etc/passwd", F_OK));
        SAY(access("/../../../etc/passwd", F_OK));
        char path[64];
        say("%s", getcwd(path, 64));
        SAY(execl("/bin/true", "true", (char *)0));
        pthread_t t;
        SAY(pthread_create(&t, 0, lazy, 0));
        SAY(pthread_join(t, 0));
        signal(SIGUSR1, SIG_IGN);
        SAY(raise(SIGUSR1));
        if (fork() == 0)
            _exit(7);
        wait(&status);
        say_status("grandchild", status);
        SAY(open("/proc/self/exe", O_RDONLY));
        _exit(3);
    }
    wait(&status);
    say_status("child", status);
    SAY(chroot("none"));
    SAY(chroot((void *)1));
}
