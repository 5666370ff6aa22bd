#include "../guest.h"
#include <setjmp.h>

static sigjmp_buf back;
static void fault(int s, siginfo_t *i, void *c) {
    say("SIG%s code %d at it %d", sigabbrev_np(s), i->si_code,
        (long)i->si_addr == ((ucontext_t *)c)->uc_mcontext.gregs[REG_RIP]);
    siglongjmp(back, 1);
}
static void attempt(void *p) {
    if (!sigsetjmp(back, 1))
        ((void (*)(void))p)(), say("ran");
}
int main(void) {
    handle(SIGSEGV, fault, 0);
    unsigned char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(p, 0xc3, 8192);
    attempt(p);
    mprotect(p, 8192, PROT_READ | PROT_EXEC);
    attempt(p);
    mprotect(p, 8192, PROT_READ);
    attempt(p);
    mprotect(p, 8192, PROT_EXEC);
    attempt(p);
    munmap(p, 8192);
    attempt(p);
    attempt((void *)0x10);
    static unsigned char data[] = {0xc3};
    attempt(data);
}
