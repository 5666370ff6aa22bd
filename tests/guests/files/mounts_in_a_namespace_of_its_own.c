#include "../guest.h"
#include <sys/mount.h>

int main(void) {
    int status;
    mkdir("d", 0755);
    if (fork() == 0) {
        if (unshare(CLONE_NEWNS) || mount(0, "/", 0, MS_REC | MS_PRIVATE, 0))
            _exit(SKIP);
        SAY(mount("none", "d", "tmpfs", MS_NOSUID, "size=64k"));
        close(open("d/file", O_CREAT | O_WRONLY, 0600));
        SAY(access("d/file", F_OK));
        SAY(mount("none", "d", "nonesuch", 0, 0));
        SAY(mount("none", "none", "tmpfs", 0, 0));
        SAY(mount("none", (void *)1, "tmpfs", 0, 0));
        SAY(mount(0, "d", 0, MS_REMOUNT | MS_RDONLY | MS_BIND, 0));
        SAY(open("d/new", O_CREAT | O_WRONLY, 0600));
        SAY(umount2("d", 0));
        SAY(access("d/file", F_OK));
        SAY(umount2("d", 0));
        SAY(umount2("d", 0x1000));
        _exit(0);
    }
    wait(&status);
    say_status("child", status);
}
