#include "../guest.h"
#include <setjmp.h>

static sigjmp_buf back;
static void fault(int s, siginfo_t *i, void *c) { siglongjmp(back, 1 + (i->si_code == SEGV_MAPERR)); }
static unsigned char code[] = {0xb8, 11, 0, 0, 0, 0x0f, 0x05, 0xc3}; // munmap; ret
int main(void) {
    stack_t other = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&other, 0);
    handle(SIGSEGV, fault, SA_ONSTACK);
    unsigned char *p = mmap(0, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(p, code, sizeof code);
    int r = sigsetjmp(back, 1);
    if (!r)
        ((long (*)(void *, size_t))p)(p, 4096), say("returned");
    else
        say("gone after the call %d", r);
    SAY(mprotect(p + 4096, 4096, PROT_READ | PROT_EXEC));
    SAY(mprotect(p, 8192, PROT_READ));
}
