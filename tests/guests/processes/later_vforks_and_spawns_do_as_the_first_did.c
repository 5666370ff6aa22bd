#include "../guest.h"
#include <spawn.h>

extern char **environ;
static volatile sig_atomic_t handled;

static void count(int signo, siginfo_t *info, void *context) { handled++; }

static void show_actions(const char *when) {
    struct sigaction action;
    for (int signo = 1; signo < 32; signo++) {
        sigaction(signo, 0, &action);
        if (action.sa_handler != SIG_DFL || action.sa_flags & (SA_RESTART | SA_NOCLDSTOP))
            say("%s: signal %d %s, flags %#x, mask has HUP %d", when, signo, action.sa_handler == SIG_IGN ? "ignored" : "kept",
                action.sa_flags & 0x10000003, sigismember(&action.sa_mask, SIGHUP));
    }
}

int main(int argc, char **argv) {
    if (argc > 1) {
        show_actions(argv[1]);
        return 3;
    }
    char self[4096] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        die("readlink");
    char *words[] = {self, "program", 0};
    handle(SIGUSR1, count, SA_RESTART);
    signal(SIGHUP, SIG_IGN);
    volatile int written = 0;
    for (int round = 0; round < 4; round++) {
        int status;
        pid_t pid = vfork();
        if (pid == 0) {
            execve(self, words, environ);
            _exit(127);
        }
        waitpid(pid, &status, 0);
        say("round %d: vfork and exec came to %#x", round, status);
        pid = vfork();
        if (pid == 0) {
            written = 10 * (round + 1);
            execve("no-such-file", words, environ);
            _exit(errno);
        }
        waitpid(pid, &status, 0);
        say("round %d: vfork and no exec came to %s, memory has %d", round, strerrorname_np(WEXITSTATUS(status)), written);

        posix_spawnattr_t how;
        posix_spawn_file_actions_t files;
        sigset_t set = set_of(SIGHUP, SIGUSR1, 0);
        posix_spawnattr_init(&how);
        posix_spawnattr_setsigdefault(&how, &set);
        posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
        posix_spawnattr_setsigmask(&how, &set);
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, 1, 5);
        int spawned = posix_spawn(&pid, self, &files, &how, words, environ);
        waitpid(pid, &status, 0);
        say("round %d: spawn %d", round, spawned);
        say("round %d: it came to %#x", round, status);
        say("round %d: spawn of nothing is %s", round, strerrorname_np(posix_spawn(&pid, "no-such-file", &files, &how, words, environ)));
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&how);

        pid = fork();
        if (pid == 0) {  // without an exec: what it sets is its own
            struct sigaction action = {.sa_sigaction = count, .sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER}, old;
            sigaddset(&action.sa_mask, SIGHUP);
            sigaddset(&action.sa_mask, SIGKILL);
            sigaction(SIGTERM, &action, 0);
            sigaction(SIGTERM, 0, &old);
            say("child: TERM flags %#x, mask has KILL %d", old.sa_flags & ~0x4000000, sigismember(&old.sa_mask, SIGKILL));
            SAY(sigaction(SIGKILL, &action, 0));
            SAY(sigaction(65, 0, &old));
            SAY(syscall(SYS_rt_sigaction, SIGTERM, 0, 8, 8));
            SAY(syscall(SYS_rt_sigaction, SIGTERM, 8, 0, 8));
            raise(SIGTERM);
            raise(SIGUSR1);
            signal(SIGUSR1, SIG_DFL);
            say("child: handled %d", handled);
            show_actions("child");
            raise(SIGUSR1);
            _exit(99);
        }
        waitpid(pid, &status, 0);
        say("round %d: fork came to %#x", round, status);
        handled = 0;
        raise(SIGUSR1);
        say("round %d: the parent's handler ran %d", round, handled);
        handled = 0;
        show_actions("parent");
    }
    for (int fd = 3; fd < 2000; fd++)
        if (fcntl(fd, F_GETFD) >= 0 && fd < 256)
            say("descriptor %d is open", fd);
}
