#include "../guest.h"

int main(void) {
    char *p = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SAY(mlock(p, 8192));
    SAY(mlock(p + 100, 10));
    SAY(munlock(p, 65536));
    SAY(syscall(SYS_mlock2, p, 4096, 1));
    SAY(syscall(SYS_mlock2, p, 4096, 2));
    munmap(p + 4096, 4096);
    SAY(mlock(p, 12288));
    SAY(munlock(p, 12288));
    SAY(mlock(p, 0));
    SAY(mlock(p, -1));
    SAY(mlockall(0));
    SAY(mlockall(8));
    SAY(mlockall(MCL_ONFAULT));
    SAY(munlockall());
    SAY(mlock((void *)(1ul << 60), 1));
}
