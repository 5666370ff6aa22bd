#include "../guest.h"

#include <linux/membarrier.h>
int main(void) {
    long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    say("private expedited %d", (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0);
    SAY(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
    SAY(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
    SAY(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
    SAY(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0));
    SAY(syscall(SYS_membarrier, 1 << 20, 0, 0));
    SAY(syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 77, 0));
}
