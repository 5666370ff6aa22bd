#include "../guest.h"

int main(void) {
    enum { SIZE = 1 << 20 };
    char *p = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(p, 'p', SIZE);
    int go[2], back[2], status;
    pipe(go), pipe(back);
    if (fork() == 0) {
        char c;
        read(go[0], &c, 1);
        int same = 1;
        for (int i = 0; i < SIZE; i += 1000)
            same &= p[i] == 'p';
        memset(p, 'c', SIZE);
        munmap(p + 4096, 4096);
        char *q = mmap(p + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        say("child: untouched %d, new %d", same, q[0]);
        write(back[1], "x", 1);
        _exit(0);
    }
    memset(p, 'q', SIZE);
    write(go[1], "x", 1);
    char c;
    read(back[0], &c, 1);
    int same = 1;
    for (int i = 0; i < SIZE; i += 1000)
        same &= p[i] == 'q';
    wait(&status);
    say("parent: untouched %d", same);
}
