#include "../guest.h"

#include "../futex.h"
static char stack[65536] __attribute__((aligned(16)));
static volatile pid_t parent_word, child_word = 1, clear_word;
static volatile int ran;

static int work(void *argument) {
    ran = child_word == (pid_t)syscall(SYS_gettid);
    return 0;
}

int main(void) {
    pid_t tid = clone(work, stack + sizeof stack,
                      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                          CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID,
                      0, (void *)&parent_word, 0, (void *)&child_word);
    say("parent's word right %d", parent_word == tid);
    pid_t value;
    while ((value = child_word) != 0)
        futex((void *)&child_word, FUTEX_WAIT, value, 0, 0, 0);
    say("ran %d cleared %d", ran, child_word == 0);
    SAY(clone(work, stack + sizeof stack, CLONE_THREAD, 0));
    SAY(clone(work, stack + sizeof stack, CLONE_SIGHAND, 0));
    SAY(clone(work, stack + sizeof stack, CLONE_SIGHAND | CLONE_THREAD, 0));
    SAY(clone(work, stack + sizeof stack, CLONE_FS | CLONE_NEWNS, 0));
    (void)clear_word;
}
