#include "../guest.h"
#include <setjmp.h>

static volatile char *lowest;
static sigjmp_buf back;
static void fault(int s, siginfo_t *i, void *c) {
    lowest = i->si_addr;
    siglongjmp(back, 1);
}
__attribute__((noinline)) static int deep(int n) {
    volatile char room[4096];
    room[0] = n;
    return n ? deep(n - 1) + room[0] : 0;
}
int main(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_STACK, &limit);
    char here;
    stack_t other = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&other, 0);
    handle(SIGSEGV, fault, SA_ONSTACK);
    say("1 MiB deep: %d", deep(256) != 1);
    if (limit.rlim_cur == RLIM_INFINITY)
        return 0;
    if (!sigsetjmp(back, 1))
        say("no end %d", deep(1 << 28));
    else {
        long used = &here - lowest, all = limit.rlim_cur;
        say("ended near the limit %d", used > all - (1 << 20) && used < all + (1 << 20));
    }
}
