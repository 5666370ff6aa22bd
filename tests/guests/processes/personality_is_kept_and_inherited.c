#include "../guest.h"

#include <sys/personality.h>
int main(int argc, char **argv) {
    if (argc > 1) {
        say("after exec %#x", personality(0xFFFFFFFF));
        return 0;
    }
    SAY(personality(0xFFFFFFFF));
    SAY(personality(ADDR_NO_RANDOMIZE));
    SAY(personality(0xFFFFFFFF) == ADDR_NO_RANDOMIZE);
    pid_t child = fork();
    if (!child) {
        say("child %#x", personality(0xFFFFFFFF));
        execl("/proc/self/exe", "x", "y", (char *)0);
    }
    waitpid(child, 0, 0);
}
