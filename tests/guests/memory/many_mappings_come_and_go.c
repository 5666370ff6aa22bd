// A thousand mappings, every other one unmapped, then found again by their contents.
#include "../guest.h"

int main(void) {
    enum { N = 1000 };
    static int *place[N];
    for (int i = 0; i < N; i++) {
        place[i] = mmap(0, 4096 * (1 + i % 7), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        place[i][0] = i;
        if (i % 3 == 0)
            mprotect(place[i], 4096, PROT_READ);
    }
    for (int i = 0; i < N; i += 2)
        munmap(place[i], 4096 * (1 + i % 7));
    long sum = 0;
    for (int i = 1; i < N; i += 2)
        sum += place[i][0];
    say("sum %ld", sum);
    int overlaps = 0;
    for (int i = 0; i < N; i += 2) {
        place[i] = mmap(0, 4096 * (1 + i % 5), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        overlaps += place[i][0] != 0;
        place[i][0] = i;
    }
    sum = 0;
    for (int i = 0; i < N; i++)
        sum += place[i][0];
    say("overlaps %d sum %ld", overlaps, sum);
}
