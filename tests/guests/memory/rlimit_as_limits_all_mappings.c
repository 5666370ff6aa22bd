#include "../guest.h"

int main(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = 512 << 20;
    SAY(setrlimit(RLIMIT_AS, &limit));
    char *p = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SAY(p == MAP_FAILED);
    SAY(mmap(0, 600 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED ? -1 : 0);
    SAY(mremap(p, 1 << 20, 600 << 20, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    SAY(malloc(1 << 30) == 0);
    SAY(mmap(p, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
    int n = 0;
    while (n < 1000 && mmap(0, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        n++;
    say("about 512 %d", n > 480 && n < 512);
    int status;
    if (fork() == 0)
        _exit(mmap(0, 64 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    wait(&status);
    say_status("child", status);
    limit.rlim_cur = 4096;
    SAY(setrlimit(RLIMIT_AS, &limit));
    SAY(getrlimit(RLIMIT_AS, &limit));
    say("%ld", (long)limit.rlim_cur);
    SAY(open("/dev/null", O_RDONLY) > 0);
    SAY(mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
}
