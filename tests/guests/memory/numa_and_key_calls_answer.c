#include "../guest.h"
#include <linux/mempolicy.h>

int main(void) {
    int mode = 99;
    SAY(syscall(SYS_get_mempolicy, &mode, 0, 0, 0, 0));
    say("%d", mode);
    SAY(syscall(SYS_set_mempolicy, MPOL_DEFAULT, 0, 0));
    char *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned long nodes = 1;
    SAY(syscall(SYS_mbind, p, 8192, MPOL_BIND, &nodes, 8, 0));
    SAY(syscall(SYS_get_mempolicy, &mode, &nodes, 64, p, MPOL_F_ADDR));
    say("%d %lu", mode, nodes);
    SAY(syscall(SYS_mbind, p + 1, 4096, MPOL_DEFAULT, 0, 0, 0));
    p[0] = 1;
    void *pages[2] = {p, p + 4096};
    int status[2] = {7, 7};
    SAY(syscall(SYS_move_pages, 0, 2, pages, 0, status, 0));
    say("%d %d", status[0], status[1]);
    SAY(syscall(SYS_migrate_pages, 0, 64, &nodes, &nodes));
    SAY(pkey_mprotect(p, 4096, PROT_READ, -1));
    SAY(pkey_free(5));
}
