#include "../guest.h"

struct range { uint64_t offset, length; };
struct stats { uint64_t cache, dirty, writeback, evicted, recent; };
int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    char text[8192] = "";
    write(fd, text, 8192);
    struct range range = {0, 8192};
    struct stats stats = {99, 99};
    long r = syscall(451, fd, &range, &stats, 0);
    if (r < 0 && errno == ENOSYS)
        return SKIP;
    say("cachestat %ld %ld", r, (long)stats.cache);
    SAY(syscall(451, fd, &range, &stats, 1));
    SAY(syscall(451, fd, (void *)1, &stats, 0));
    SAY(syscall(451, 99, &range, &stats, 0));
    SAY(syscall(SYS_process_madvise, 99, 0, 0, MADV_COLD, 0));
    SAY(syscall(SYS_userfaultfd, 0x100) == -1);
}
