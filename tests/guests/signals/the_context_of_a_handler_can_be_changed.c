#include "../guest.h"

static long fixed = 77;

static void handler(int signo, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    greg_t *r = u->uc_mcontext.gregs;
    say("%s code %d trap %lld error %lld address right %d", sigabbrev_np(signo), info->si_code, r[REG_TRAPNO],
        r[REG_ERR], info->si_addr == (void *)16 && r[REG_CR2] == 16);
    r[REG_RAX] = (greg_t)&fixed;
    r[REG_R12] = 0x1234567890;
    r[REG_EFL] |= 1;
    u->uc_mcontext.fpregs->_xmm[15].element[0] = 0xABCD;
    sigaddset(&u->uc_sigmask, SIGHUP);
}

int main(void) {
    handle(SIGSEGV, handler, 0);
    long value, r12, xmm;
    unsigned char carry;
    __asm__ volatile("mov $16, %%eax\n xor %%r12d, %%r12d\n pxor %%xmm15, %%xmm15\n clc\n"
                     "mov (%%rax), %%rax\n setc %2\n mov %%r12, %1\n movq %%xmm15, %3"
                     : "=&a"(value), "=&r"(r12), "=&r"(carry), "=&r"(xmm) : : "r12", "xmm15", "memory");
    say("value %ld r12 %#lx carry %d xmm15 %#lx", value, r12, carry, xmm);
    sigset_t mask;
    sigprocmask(SIG_BLOCK, 0, &mask);
    say("HUP blocked %d", sigismember(&mask, SIGHUP));
}
