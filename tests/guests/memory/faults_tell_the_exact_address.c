#include "../guest.h"
#include <setjmp.h>

static sigjmp_buf back;
static char *base;
static void fault(int s, siginfo_t *i, void *c) {
    greg_t *g = ((ucontext_t *)c)->uc_mcontext.gregs;
    say("SIG%s code %d offset %ld trap %lld error %lld", sigabbrev_np(s), i->si_code, (long)((char *)i->si_addr - base), g[REG_TRAPNO], g[REG_ERR]);
    siglongjmp(back, 1);
}
#define FAULT(...) do { if (!sigsetjmp(back, 1)) { __VA_ARGS__; say("none"); } } while (0)
int main(void) {
    handle(SIGSEGV, fault, 0);
    base = mmap(0, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(base, 0, 16384);
    munmap(base + 8192, 4096);
    mprotect(base + 4096, 4096, PROT_READ);
    volatile char *v = base;
    FAULT(v[4096] = 1);
    FAULT(v[5000] = 1);
    FAULT((void)v[8192]);
    FAULT(v[9000] = 1);
    FAULT(*(volatile long *)(base + 8188));
    FAULT(*(volatile long *)(base + 4092) = 1);
    FAULT(*(volatile long *)(base + 8190));
    FAULT(memset(base, 1, 12288));
    FAULT(((void (*)(void))(base + 8192))());
    FAULT(((void (*)(void))base)());
    say("%d", base[0]);
}
