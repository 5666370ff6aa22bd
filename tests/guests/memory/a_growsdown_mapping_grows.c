// MAP_GROWSDOWN: touching the page below the mapping extends it, as stacks do.
#include "../guest.h"
#include <setjmp.h>

static sigjmp_buf back;
static void fault(int s, siginfo_t *i, void *c) { siglongjmp(back, 1); }
int main(void) {
    char *room = mmap(0, 4 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(room, 4 << 20);
    char *p = mmap(room + (3 << 20), 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    say("mapped %d", p == room + (3 << 20));
    p[0] = 1;
    p[-1] = 2;
    p[-4096] = 3;
    p[-20000] = 4;
    say("%d %d %d %d", p[0], p[-1], p[-4096], p[-20000]);
    handle(SIGSEGV, fault, 0);
    mmap(room + (1 << 20), 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (sigsetjmp(back, 1) == 0) {
        room[(1 << 20) - 1] = 1;
        say("no fault");
    } else
        say("an ordinary mapping doesn't grow");
    SAY(mprotect(p, 4096, PROT_READ | PROT_GROWSDOWN));
    if (sigsetjmp(back, 1) == 0) {
        p[-20000] = 5;
        say("no fault");
    } else
        say("protected down to the start");
}
