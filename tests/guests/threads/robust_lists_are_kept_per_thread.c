#include "../guest.h"

#include "../futex.h"
int main(void) {
    struct robust_list_head head = {{&head.list}, 0, 0}, *got;
    size_t size;
    SAY(syscall(SYS_set_robust_list, &head, 3));
    SAY(syscall(SYS_set_robust_list, &head, sizeof head));
    SAY(syscall(SYS_get_robust_list, 0, &got, &size));
    say("same %d size %zu", got == &head, size);
    SAY(syscall(SYS_get_robust_list, gettid(), &got, &size));
    SAY(syscall(SYS_get_robust_list, 0x7FFFFFF0, &got, &size));
    pid_t child = fork();
    if (!child) {
        SAY(syscall(SYS_get_robust_list, 0, &got, &size));
        say("child has one %d", got != 0);
        _exit(0);
    }
    waitpid(child, 0, 0);
}
