#include "../guest.h"

struct entry { uint64_t ino; int64_t off; unsigned short length; unsigned char type; char name[]; };
static int order(const void *a, const void *b) { return strcmp(a, b); }
int main(void) {
    char path[32], names[64][32], buffer[256];
    int n = 0;
    mkdir("d", 0755);
    for (int i = 0; i < 20; i++) {
        sprintf(path, "d/file%02d", i);
        close(open(path, O_CREAT | O_WRONLY, 0600));
    }
    symlink("x", "d/link");
    mkdir("d/sub", 0755);
    mkfifo("d/fifo", 0600);
    int fd = open("d", O_RDONLY | O_DIRECTORY);
    SAY(syscall(SYS_getdents64, fd, buffer, 10));
    SAY(syscall(SYS_getdents64, fd, (void *)1, 256));
    long got, calls = 0;
    while ((got = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0) {
        calls++;
        for (char *at = buffer; at < buffer + got; at += ((struct entry *)at)->length)
            sprintf(names[n++], "%s/%d", ((struct entry *)at)->name, ((struct entry *)at)->type);
    }
    qsort(names, n, sizeof *names, order);
    for (int i = 0; i < n; i++)
        say("%s", names[i]);
    say("several calls %d", calls > 2);
    SAY(syscall(SYS_getdents64, 1, buffer, 256));
    SAY(lseek(fd, 0, SEEK_SET));
    say("again %d", syscall(SYS_getdents64, fd, buffer, 256) > 0);
}
