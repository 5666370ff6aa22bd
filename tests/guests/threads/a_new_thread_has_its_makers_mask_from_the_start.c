#include "../guest.h"

static char stack[65536] __attribute__((aligned(16)));
static int go, living;

static int wait_for_go(void *argument) {
    while (!__atomic_load_n(&go, __ATOMIC_ACQUIRE))
        syscall(SYS_futex, &go, 0, 0, 0, 0, 0);
    syscall(SYS_exit, 0);
    return 0;
}

int main(void) {
    uint64_t all = -1, first = 1ull << 31;  // signal 32, which the C library would not block
    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM
              | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, 0, 8);
    long sent = 0, pending = 0;
    for (int i = 0; i < 50; i++) {
        go = 0;
        int tid = clone(wait_for_go, stack + sizeof stack, flags, 0, &living, 0, &living);
        sent += syscall(SYS_tgkill, getpid(), tid, 32) == 0;
        __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
        syscall(SYS_futex, &go, 1, 1, 0, 0, 0);
        while ((tid = __atomic_load_n(&living, __ATOMIC_ACQUIRE)))
            syscall(SYS_futex, &living, 0, tid, 0, 0, 0);
    }
    uint64_t set = 0;
    syscall(SYS_rt_sigpending, &set, 8);
    pending = (set & first) != 0;
    say("sent %ld, pending for the process %ld", sent, pending);
}
