#include "../guest.h"

int main(void) {
    int a = open("/dev/null", O_RDONLY), b = dup(a), c = open("/dev/null", O_RDONLY);
    SAY(syscall(SYS_kcmp, getpid(), getpid(), 0, a, b));
    SAY(syscall(SYS_kcmp, getpid(), getpid(), 0, a, c) > 0);
    SAY(syscall(SYS_kcmp, getpid(), 0x7FFFFFF0, 0, a, b));
    char path[64], text[64] = {0};
    pid_t child = fork();
    if (!child)
        pause();
    snprintf(path, sizeof path, "/proc/%d/comm", child);
    int fd = open(path, O_RDONLY);
    SAY(read(fd, text, sizeof text) > 0);
    kill(child, SIGKILL);
    waitpid(child, 0, 0);
    SAY(read(fd, text, sizeof text));
    SAY(open(path, O_RDONLY));
}
