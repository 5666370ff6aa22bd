#include "../guest.h"

static const char *name(void *p) { return p == MAP_FAILED ? strerrorname_np(errno) : "mapped"; }
int main(void) {
    int anon = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
    char *low = mmap(0, 4096, rw, anon | MAP_32BIT, -1, 0);
    say("32BIT %s below 2 GiB %d", name(low), (uintptr_t)low < 0x80000000u);
    char *big = mmap(0, 1ul << 36, PROT_READ, anon | MAP_NORESERVE, -1, 0);
    say("NORESERVE %s %d", name(big), big != MAP_FAILED && big[1ul << 35] == 0);
    say("HUGETLB %s", name(mmap(0, 2 << 20, rw, anon | MAP_HUGETLB, -1, 0)));
    say("HUGETLB 1G %s", name(mmap(0, 1 << 30, rw, anon | MAP_HUGETLB | (30 << MAP_HUGE_SHIFT), -1, 0)));
    char *p = mmap(0, 65536, rw, anon | MAP_POPULATE, -1, 0);
    unsigned char seen[16] = "";
    mincore(p, 65536, seen);
    int resident = 0;
    for (int i = 0; i < 16; i++)
        resident += seen[i] & 1;
    say("POPULATE %s %d", name(p), resident);
    say("STACK %s", name(mmap(0, 4096, rw, anon | MAP_STACK, -1, 0)));
    say("LOCKED %s", name(mmap(0, 4096, rw, anon | MAP_LOCKED, -1, 0)));
    say("NONBLOCK %s", name(mmap(0, 4096, rw, anon | MAP_NONBLOCK, -1, 0)));
    say("DENYWRITE %s", name(mmap(0, 4096, rw, anon | MAP_DENYWRITE | MAP_EXECUTABLE, -1, 0)));
    char *none = mmap(0, 4096, PROT_NONE, anon, -1, 0);
    say("PROT_NONE %s", name(none));
    SAY(write(1, none, 1));
}
