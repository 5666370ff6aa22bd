#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
}

struct kernel_action { void *handler; unsigned long flags; void *restorer; unsigned long mask; };

int main(void) {
    struct kernel_action set = {handler, 0xFFFFFFFF, 0, ~0ul}, got = {0};
    SAY(syscall(SYS_rt_sigaction, SIGUSR1, &set, 0, 8));
    SAY(syscall(SYS_rt_sigaction, SIGUSR1, 0, &got, 8));
    say("handler %d flags %#lx mask %#lx", got.handler == handler, got.flags, got.mask);
    SAY(syscall(SYS_rt_sigaction, SIGKILL, &set, 0, 8));
    SAY(syscall(SYS_rt_sigaction, SIGKILL, 0, &got, 8));
    SAY(syscall(SYS_rt_sigaction, SIGSTOP, &set, &got, 8));
    SAY(syscall(SYS_rt_sigaction, 0, 0, &got, 8));
    SAY(syscall(SYS_rt_sigaction, 65, 0, &got, 8));
    SAY(syscall(SYS_rt_sigaction, SIGUSR2, 0, &got, 4));
    SAY(syscall(SYS_rt_sigaction, SIGUSR2, 1, 0, 8));
    SAY(syscall(SYS_rt_sigaction, SIGUSR2, 0, 1, 8));
    set.handler = SIG_IGN, set.flags = SA_RESTART, set.mask = 0x200;
    SAY(syscall(SYS_rt_sigaction, SIGUSR2, &set, 0, 8));
    SAY(syscall(SYS_rt_sigaction, SIGUSR2, 0, &got, 8));
    say("handler %ld flags %#lx mask %#lx", (long)got.handler, got.flags, got.mask);
    unsigned long mask = 0;
    SAY(syscall(SYS_rt_sigprocmask, 7, &mask, 0, 8));
    SAY(syscall(SYS_rt_sigprocmask, 7, 0, &mask, 8));
    SAY(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &mask, 0, 16));
    SAY(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, 0, 8));
    SAY(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, 8, 8));
    mask = ~0ul;
    SAY(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8));
    SAY(syscall(SYS_rt_sigprocmask, SIG_SETMASK, 0, &mask, 8));
    say("mask %#lx", mask);
}
