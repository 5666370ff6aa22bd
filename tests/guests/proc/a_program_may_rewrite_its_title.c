// toolchain: dynamic-glibc
// arguments: a-long-argument-to-overwrite another-one
#include "../guest.h"

static char text[4096];
static int cmdline(void) {
    int n = read(open("/proc/self/cmdline", O_RDONLY), text, sizeof text - 1);
    text[n] = 0;
    return n;
}
int main(int argc, char **argv) {
    int all = cmdline(), room = argv[argc - 1] + strlen(argv[argc - 1]) + 1 - argv[0];
    say("as long as its arguments %d", all == room);
    strcpy(argv[1], "short");
    cmdline();
    say("%s", text + strlen(text) + 1);
    memset(argv[0], 0, room);
    strcpy(argv[0], "new title");
    say("%d %s", cmdline() == room, text);
    memset(argv[0], 'x', room);
    int n = cmdline();
    say("runs over into the environment %d", n >= room);
    SAY(prctl(PR_SET_NAME, "a name longer than fifteen"));
    n = read(open("/proc/self/comm", O_RDONLY), text, 100);
    text[n] = 0;
    say("%s", text);
    int fd = open("/proc/self/comm", O_WRONLY);
    SAY(write(fd, "written", 7));
    char name[16];
    prctl(PR_GET_NAME, name);
    say("%s", name);
}
