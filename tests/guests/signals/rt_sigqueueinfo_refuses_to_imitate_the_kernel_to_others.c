#include "../guest.h"

static void handler(int signo, siginfo_t *info, void *context) {
    say("code %d pid %d uid %d value %d", info->si_code, info->si_pid, info->si_uid, info->si_value.sival_int);
}

int main(void) {
    handle(SIGRTMIN, handler, 0);
    siginfo_t info = {.si_code = -77, .si_signo = 3};
    info.si_pid = 123, info.si_uid = 456, info.si_value.sival_int = 789;
    SAY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info));
    info.si_code = SI_USER;
    SAY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info));
    SAY(syscall(SYS_rt_sigqueueinfo, getppid(), SIGURG, &info));
    info.si_code = -6;
    SAY(syscall(SYS_rt_sigqueueinfo, getppid(), SIGURG, &info));
    info.si_code = -78;
    SAY(syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGRTMIN, &info));
    SAY(syscall(SYS_rt_tgsigqueueinfo, getpid(), 1, SIGRTMIN, &info));
    SAY(syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGRTMIN, 1));
}
