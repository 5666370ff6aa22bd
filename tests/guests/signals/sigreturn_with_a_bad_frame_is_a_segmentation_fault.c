#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("%s code %d", sigabbrev_np(signo), info->si_code);
    _exit(5);
}

int main(void) {
    static char stack[65536];
    stack_t set = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&set, 0);
    handle(SIGSEGV, handler, SA_ONSTACK);
    __asm__ volatile("mov $0x100, %rsp\n mov $15, %eax\n syscall\n hlt");
}
