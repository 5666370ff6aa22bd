#include "../guest.h"
#include <setjmp.h>

static sigjmp_buf back;

static void refused(int signo, siginfo_t *info, void *context) {
    siglongjmp(back, 1);
}

static const char *written(volatile char *place) {
    if (sigsetjmp(back, 1))
        return "refused";
    *place = 1;
    return "made";
}

static void *code(void) {
    unsigned char *page = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 0xc3;  // ret
    ((void (*)(void))page)();
    return page;
}

int main(void) {
    handle(SIGSEGV, refused, 0);
    void *page = code();
    void *other = mmap(page, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    say("a write to a page mapped to be read is %s", written(other));
    page = code();
    other = mmap(page, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE | MAP_LOCKED, -1, 0);
    say("to one without any access it is %s", written(other == page ? page : 0));
    page = code();
    other = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mremap(other, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, page);
    say("to one moved there it is %s", written(page));
}
