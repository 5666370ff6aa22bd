#include "../guest.h"

static volatile int got;

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s code %d", sigabbrev_np(signo), info->si_code);
    got = signo;
}

int main(void) {
    handle(SIGXFSZ, handler, 0);
    handle(SIGXCPU, handler, 0);
    struct rlimit limit = {100, 100};
    setrlimit(RLIMIT_FSIZE, &limit);
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    char data[80] = {0};
    SAY(write(fd, data, 80));
    SAY(write(fd, data, 80));
    SAY(write(fd, data, 80));
    SAY(ftruncate(fd, 200));
    pid_t child = fork();
    if (!child) {
        signal(SIGXFSZ, SIG_DFL);
        SAY(write(fd, data, 80));
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
