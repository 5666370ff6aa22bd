// toolchain: dynamic-glibc
#include "../guest.h"

static char text[8192];
static int slurp(pid_t pid, const char *name) {
    char path[64];
    sprintf(path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY), n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n < 0 ? 0 : n] = 0;
    return n;
}
int main(int argc, char **argv) {
    char path[64], target[4096] = "";
    if (argc > 1) {
        pause();
        return 0;
    }
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "a-name", "an argument", (char *)0);
        _exit(1);
    }
    nap(300);
    int n = slurp(child, "cmdline");
    say("cmdline of %d: %s, %s", n, text, text + strlen(text) + 1);
    sprintf(path, "/proc/%d/exe", child);
    readlink(path, target, 4095);
    char mine[4096] = "";
    readlink("/proc/self/exe", mine, 4095);
    say("exe alike %d", !strcmp(mine, target));
    slurp(child, "status");
    say("state %c", *(strstr(text, "State:") + 7));
    slurp(child, "stat");
    say("stat %d", atoi(text) == child);
    slurp(child, "comm");
    say("comm %d", !strncmp(text, "exe", 3));
    slurp(child, "maps");
    say("maps name it %d", strstr(text, strrchr(mine, '/')) != 0);
    n = slurp(child, "environ");
    say("environ alike %d", !strcmp(text, environ[0]));
    kill(child, SIGKILL);
    nap(30);
    slurp(child, "status");
    say("state %c", *(strstr(text, "State:") + 7));
    say("cmdline %d", slurp(child, "cmdline"));
    wait(0);
    say("gone %d", slurp(child, "status"));
}
