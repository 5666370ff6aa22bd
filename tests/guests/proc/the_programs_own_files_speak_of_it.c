// toolchain: dynamic-glibc
// arguments: one two
#include "../guest.h"

static char *slurp(const char *path) {
    static char text[65536];
    int fd = open(path, O_RDONLY), n = 0, got;
    while (fd >= 0 && (got = read(fd, text + n, sizeof text - 1 - n)) > 0)
        n += got;
    text[n] = 0;
    close(fd);
    return text;
}
int main(int argc, char **argv) {
    char path[4096], *text = slurp("/proc/self/cmdline");
    say("%d", !strcmp(text, argv[0]));
    for (int i = 0; i < argc; i++, text += strlen(text) + 1)
        say("argument %d: %s", i, i ? text : "itself");
    text = slurp("/proc/self/environ");
    say("environment starts alike %d", !strcmp(text, environ[0]));
    path[readlink("/proc/self/exe", path, 4095)] = 0;
    say("exe ends alike %d", !strcmp(strrchr(path, '/'), strrchr(argv[0], '/')));
    say("comm %d", !strncmp(slurp("/proc/self/comm"), strrchr(argv[0], '/') + 1, 15));
    prctl(PR_SET_NAME, "renamed");
    say("comm %s", slurp("/proc/self/comm"));
    text = slurp("/proc/self/stat");
    say("stat %d %.9s", atoi(text) == getpid(), strchr(text, '('));
    text = slurp("/proc/self/status");
    say("%.13s", text);
    say("%d", atoi(strstr(text, "\nPid:") + 6) == getpid());
    say("Threads %d", atoi(strstr(text, "\nThreads:") + 10));
    say("PPid %d", atoi(strstr(text, "\nPPid:") + 7) == getppid());
    sprintf(path, "/proc/%d/task/%d/comm", getpid(), gettid());
    say("%s", slurp(path));
    unsigned long auxv[64];
    int n = read(open("/proc/self/auxv", O_RDONLY), auxv, sizeof auxv);
    say("auxv whole %d", n % 16);
    for (int i = 0; i < n / 8; i += 2)
        if (auxv[i] == 6 || auxv[i] == 17 || auxv[i] == 23)
            say("auxv %ld is %ld", auxv[i], auxv[i + 1]);
}
