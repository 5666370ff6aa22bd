#include "../guest.h"
static char stacks[8][65536] __attribute__((aligned(16)));
static _Atomic int counter;

static int counts(void *argument) {
    for (int i = 0; i < 1000; i++)
        counter++;
    return 0;
}

static int faults(void *argument) {
    signal(SIGSEGV, SIG_DFL);
    *(volatile int *)8 = 1;
    return 0;
}

static int waits(void *argument) {
    while (1)
        pause();
}

static int executes(void *argument) {
    execl("/bin/sh", "sh", "-c", "echo in a shell; exit 12", (char *)0);
    return 1;
}

static void *thread(void *argument) {
    for (int i = 0; i < 1000; i++)
        counter++;
    return 0;
}

static void handler(int signo, siginfo_t *info, void *context) {
    say("parent's handler");
}

int main(void) {
    handle(SIGSEGV, handler, 0);
    int status, flags = CLONE_VM | SIGCHLD;
    pid_t children[6];
    pthread_t other;
    for (int i = 0; i < 6; i++)
        children[i] = clone(counts, stacks[i] + sizeof stacks[i], flags, 0);
    pthread_create(&other, 0, thread, 0);
    for (int i = 0; i < 6; i++)
        waitpid(children[i], &status, 0);
    pthread_join(other, 0);
    say("counted %d", counter);
    waitpid(clone(faults, stacks[6] + sizeof stacks[6], flags, 0), &status, 0);
    say_status("faulting child", status);
    pid_t child = clone(waits, stacks[7] + sizeof stacks[7], flags, 0);
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    say_status("killed child", status);
    waitpid(clone(executes, stacks[6] + sizeof stacks[6], flags, 0), &status, 0);
    say_status("shell", status);
    raise(SIGSEGV);
    waitpid(fork() ?: (_exit(3), 0), &status, 0);
    say_status("forked child", status);
}
