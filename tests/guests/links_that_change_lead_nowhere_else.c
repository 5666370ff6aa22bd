// One process swaps a directory for a link to what is outside; the other opens files through it.
#include "show.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int main(void) {
    char outside[256] = "", text[16];
    FILE *file = fopen("outside-path", "r");
    if (!file || !fgets(outside, sizeof outside, file))
        return 2;
    mkdir("safe", 0755);
    close(open("safe/secret", O_CREAT | O_WRONLY, 0600));
    *strrchr(outside, '/') = 0;
    symlink(outside, "trap");
    pid_t swapper = fork();
    if (swapper == 0)
        for (;;)
            syscall(SYS_renameat2, AT_FDCWD, "safe", AT_FDCWD, "trap", 2);
    int escapes = 0, opened = 0;
    for (int i = 0; i < 400; i++) {
        int fd = open(i & 1 ? "safe/secret" : "/safe/../safe/secret", i & 2 ? O_RDONLY : O_RDWR | O_CREAT, 0600);
        if (fd < 0)
            continue;
        opened++;
        escapes += read(fd, text, 15) > 0;
        close(fd);
        struct stat s;
        escapes += stat("safe/secret", &s) == 0 && s.st_size;
    }
    kill(swapper, SIGKILL);
    wait(NULL);
    printf("%d escapes, opened %s\n", escapes, opened ? "some" : "none");
    return escapes != 0;
}
