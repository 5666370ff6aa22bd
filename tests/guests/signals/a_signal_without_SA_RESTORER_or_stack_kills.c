#include "../guest.h"

struct kernel_action { void *handler; unsigned long flags; void *restorer; unsigned long mask; };

static void handler(int signo, siginfo_t *info, void *context) {
    say("handler");
    _exit(0);
}

int main(void) {
    for (int how = 0; how < 2; how++) {
        pid_t child = fork();
        if (!child) {
            if (how == 0) {
                struct kernel_action set = {handler, SA_SIGINFO, 0, 0};
                syscall(SYS_rt_sigaction, SIGUSR1, &set, 0, 8);
                raise(SIGUSR1);
            } else {
                handle(SIGUSR1, handler, 0);
                pid_t pid = getpid();
                __asm__ volatile("mov $0x100, %%rsp\n mov $62, %%eax\n syscall\n hlt" : : "D"(pid), "S"(SIGUSR1));
            }
            _exit(1);
        }
        int status;
        waitpid(child, &status, 0);
        say_status("child", status);
    }
}
