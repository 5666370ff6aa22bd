#include "../guest.h"

static void nothing(int s, siginfo_t *i, void *c) {}
static const char *line(const char *path, const char *name) {
    static char text[256];
    FILE *f = fopen(path, "r");
    while (f && fgets(text, sizeof text, f))
        if (!strncmp(text, name, strlen(name))) {
            text[strcspn(text, "\n")] = 0;
            fclose(f);
            return text;
        }
    return "none";
}
int main(void) {
    for (int i = 1; i < 65; i++)
        signal(i, SIG_DFL);
    say("%s", line("/proc/self/status", "SigCgt"));
    say("%s", line("/proc/self/status", "SigIgn"));
    say("%s", line("/proc/self/status", "SigBlk"));
    handle(SIGUSR1, nothing, 0);
    handle(SIGSEGV, nothing, 0);
    signal(SIGPIPE, SIG_IGN);
    block(SIGUSR2);
    block(SIGSEGV);
    raise(SIGUSR2);
    say("%s", line("/proc/self/status", "SigCgt"));
    say("%s", line("/proc/self/status", "SigIgn"));
    say("%s", line("/proc/self/status", "SigBlk"));
    say("%s", line("/proc/self/status", "SigPnd"));
    struct rlimit r = {1 << 20, 2 << 20};
    setrlimit(RLIMIT_STACK, &r);
    setrlimit(RLIMIT_CORE, &r);
    say("%s", line("/proc/self/limits", "Max stack size"));
    say("%s", line("/proc/self/limits", "Max core file size"));
}
