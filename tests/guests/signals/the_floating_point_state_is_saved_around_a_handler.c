#include "../guest.h"

#include <fenv.h>
static void handler(int signo, siginfo_t *info, void *context) {
    unsigned short control;
    unsigned csr;
    __asm__ volatile("fnstcw %0\n stmxcsr %1" : "=m"(control), "=m"(csr));
    say("handler starts with %#x %#x", control, csr);
    __asm__ volatile("fninit\n pcmpeqd %%xmm5, %%xmm5\n fldz\n" : : : "xmm5");
    fesetround(FE_UPWARD);
}

int main(void) {
    handle(SIGUSR1, handler, 0);
    fesetround(FE_TOWARDZERO);
    double in = 1.5, out;
    long xmm;
    pid_t pid = getpid(), tid = gettid();
    long r;
    __asm__ volatile("fldl %3\n movq %4, %%xmm5\n mov $234, %%eax\n syscall\n movq %%xmm5, %1\n fstpl %2"
                     : "=&a"(r), "=&r"(xmm), "=m"(out) : "m"(in), "r"(0x123456789l), "D"(pid), "S"(tid), "d"(SIGUSR1)
                     : "rcx", "r11", "xmm5", "memory");
    say("tgkill %ld st %g xmm5 %#lx rounding kept %d", r, out, xmm, fegetround() == FE_TOWARDZERO);
}
