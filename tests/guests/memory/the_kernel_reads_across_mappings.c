#include "../guest.h"
#include <sys/uio.h>

int main(void) {
    char *p = mmap(0, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = open("file", O_RDWR | O_CREAT, 0600), q[2];
    ftruncate(fd, 4096);
    mmap(p + 4096, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    mprotect(p + 8192, 4096, PROT_READ);
    memset(p, 'a', 8192);
    pipe(q);
    SAY(write(q[1], p + 4000, 4300));
    SAY(read(q[0], p, 8192));
    SAY(write(q[1], p + 8000, 200));
    SAY(read(q[0], p + 8100, 92));
    SAY(read(q[0], p + 8190, 100));
    SAY(read(q[0], p + 8192, 1));
    char sent[4096];
    memset(sent, 's', 4096);
    struct iovec v[3] = {{p, 10}, {p + 8192, 10}, {p + 20, 10}};
    write(q[1], sent, 30);
    SAY(readv(q[0], v, 3));
    v[1].iov_base = (void *)8;
    SAY(writev(q[1], v, 3));
    mprotect(p, 4096, PROT_NONE);
    SAY(write(q[1], p + 4090, 10));
    SAY(open(p + 4090, O_RDONLY));
    strcpy(p + 4096, "file");
    SAY(open(p + 4096, O_RDONLY) > 0);
    memcpy(p + 8187, "/dev", 5);
    SAY(access(p + 8187, F_OK));
}
