#include "../guest.h"

static char text[4096];
static long field(int n) {
    int fd = open("/proc/self/stat", O_RDONLY);
    text[read(fd, text, sizeof text - 1)] = 0;
    close(fd);
    char *at = strrchr(text, ')') + 2;
    for (int i = 3; i < n; i++)
        at = strchr(at, ' ') + 1;
    return atol(at);
}
extern char __executable_start[], etext[], edata[], end[];
int main(int argc, char **argv) {
    long here = (long)&argc;
    say("vsize %d", field(23) > 100000);
    long before = field(23);
    mmap(0, 1 << 24, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say("grew %ld", field(23) - before);
    say("rss %d", field(24) > 10);
    say("code %d", field(26) <= (long)main && (long)main < field(27));
    say("stack %d", field(28) > here && field(28) - here < 1 << 20);
    say("data %d", field(45) < field(46) && field(46) - field(45) < 1 << 20);
    say("break %d", field(47) <= (long)sbrk(0));
    say("arguments %d %d", field(48) == (long)argv[0], field(49) >= field(48));
    say("environment %d %d", field(50) == (long)environ[0], field(51) > field(50));
    say("threads %ld", field(20));
    say("last %d", text[strlen(text) - 1] == '\n');
}
