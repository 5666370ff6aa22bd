#include "../guest.h"

int main(void) {
    char *start = (char *)syscall(SYS_brk, 0L);
    SAY((char *)syscall(SYS_brk, start + 100000) - start);
    start[99999] = 1;
    say("%d %d", start[0], start[99999]);
    SAY((char *)syscall(SYS_brk, start + 50) - start);
    SAY((char *)syscall(SYS_brk, start + 100000) - start);
    say("fresh %d", start[99999]);
    SAY((char *)syscall(SYS_brk, 1L) - start);
    SAY((char *)syscall(SYS_brk, -1L) - start);
    struct rlimit limit = {1 << 20, RLIM_INFINITY};
    setrlimit(RLIMIT_DATA, &limit);
    SAY((char *)syscall(SYS_brk, start + (64 << 20)) - start);
    SAY((char *)syscall(SYS_brk, start) - start);
    char *block = mmap(start + 40960, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    say("in the way %d", block != MAP_FAILED);
    SAY((char *)syscall(SYS_brk, start + 81920) - start);
    SAY((char *)syscall(SYS_brk, start + 4096) - start);
}
