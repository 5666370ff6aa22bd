#include "../guest.h"
#include <setjmp.h>

static sigjmp_buf back;
static void fault(int s, siginfo_t *i, void *c) {
    say("SIG%s code %d", sigabbrev_np(s), i->si_code);
    siglongjmp(back, 1);
}
int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 4096);
    char *p = mmap(0, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    handle(SIGBUS, fault, 0);
    handle(SIGSEGV, fault, 0);
    p[4095] = 1;
    if (!sigsetjmp(back, 1))
        p[4096] = 1;
    if (!sigsetjmp(back, 1))
        say("%d", ((volatile char *)p)[8192]);
    SAY(write(1, p + 8192, 1));
    SAY(read(open("/dev/zero", O_RDONLY), p + 4000, 1000));
    ftruncate(fd, 8192);
    p[4096] = 7;
    say("%d", p[4096]);
    ftruncate(fd, 0);
    if (!sigsetjmp(back, 1))
        say("%d", ((volatile char *)p)[0]);
    if (!sigsetjmp(back, 1))
        mprotect(p, 4096, PROT_NONE), say("%d", ((volatile char *)p)[0]);
}
