// toolchain: dynamic-glibc
#include "../guest.h"

static void nothing(int s) {}
int main(int argc, char **argv) {
    if (argc > 1) {
        struct sigaction a;
        for (int s = 1; s < 32; s++)
            if (s != SIGKILL && s != SIGSTOP && sigaction(s, 0, &a) == 0 && a.sa_handler != SIG_DFL)
                say("%s %s", sigabbrev_np(s), a.sa_handler == SIG_IGN ? "ignored" : "handled");
        sigset_t m;
        sigprocmask(SIG_BLOCK, 0, &m);
        say("USR2 blocked %d, pending %d", sigismember(&m, SIGUSR2), (sigpending(&m), sigismember(&m, SIGUSR2)));
        SAY(fcntl(20, F_GETFD));
        SAY(fcntl(21, F_GETFD));
        stack_t s;
        sigaltstack(0, &s);
        say("alternate stack %d", s.ss_flags);
        say("umask %o, nice %d", umask(0), getpriority(PRIO_PROCESS, 0));
        char here[4096];
        say("%s", strrchr(getcwd(here, 4096), '/'));
        say("alarm %d", alarm(0) > 0);
        struct rlimit r;
        getrlimit(RLIMIT_CORE, &r);
        say("core %ld", (long)r.rlim_cur);
        say("dumpable %d", prctl(PR_GET_DUMPABLE));
        return 0;
    }
    signal(SIGUSR1, nothing);
    signal(SIGHUP, SIG_IGN);
    block(SIGUSR2);
    raise(SIGUSR2);
    dup2(1, 20);
    dup3(1, 21, O_CLOEXEC);
    stack_t other = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&other, 0);
    umask(027);
    setpriority(PRIO_PROCESS, 0, 3);
    mkdir("there", 0755);
    chdir("there");
    alarm(100);
    struct rlimit r = {4096, 8192};
    setrlimit(RLIMIT_CORE, &r);
    prctl(PR_SET_DUMPABLE, 0);
    execl("/proc/self/exe", "x", "again", (char *)0);
}
