#include "../guest.h"
#include <setjmp.h>

static sigjmp_buf back;
static void fault(int s, siginfo_t *i, void *c) { siglongjmp(back, i->si_code); }
static const char *can(char *p, int write) {
    int code = sigsetjmp(back, 1);
    if (code)
        return code == SEGV_ACCERR ? "denied" : "unmapped";
    if (write)
        *(volatile char *)p = 1;
    else
        (void)*(volatile char *)p;
    return "ok";
}
int main(void) {
    handle(SIGSEGV, fault, 0);
    char *p = mmap(0, 20480, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SAY(mprotect(p + 4096, 8192, PROT_READ));
    SAY(mprotect(p + 8192, 1, PROT_NONE));
    for (int i = 0; i < 5; i++)
        say("page %d: read %s write %s", i, can(p + i * 4096, 0), can(p + i * 4096, 1));
    munmap(p + 12288, 4096);
    SAY(mprotect(p, 20480, PROT_READ));
    for (int i = 0; i < 5; i++)
        say("page %d: read %s write %s", i, can(p + i * 4096, 0), can(p + i * 4096, 1));
    SAY(mprotect(p + 1, 4096, PROT_READ));
    SAY(mprotect(p, 0, PROT_READ));
    SAY(mprotect(p, 4096, 0x40));
    SAY(mprotect(p, -1, PROT_READ));
    SAY(mprotect(p, 4096, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP));
    SAY(mprotect(p, 4096, PROT_READ | PROT_GROWSUP));
    SAY(mprotect(p, 4096, PROT_READ | PROT_GROWSDOWN));
    SAY(mprotect(0, 4096, PROT_READ));
    SAY(mprotect((void *)(1ul << 60), 4096, PROT_READ));
    SAY(mprotect(p, 4096, PROT_EXEC));
    say("exec only: read %s", can(p, 0));
    SAY(mprotect(p, 4096, PROT_WRITE));
    say("write only: read %s write %s", can(p, 0), can(p, 1));
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 4096);
    char *q = mmap(0, 4096, PROT_READ, MAP_SHARED, open("file", O_RDONLY), 0);
    SAY(mprotect(q, 4096, PROT_READ | PROT_WRITE));
}
