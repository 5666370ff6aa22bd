#include "../guest.h"

int main(void) {
    int *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int *q = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), status;
    p[0] = 1, q[0] = 1;
    if (fork() == 0) {
        p[0] = 2, q[0] = 2, p[1500] = 3;
        mremap(p, 8192, 16384, MREMAP_MAYMOVE);
        _exit(0);
    }
    wait(&status);
    say("%d %d %d", p[0], q[0], p[1500]);
    munmap(p, 4096);
    if (fork() == 0) {
        p[1025] = 9;
        munmap(p + 1024, 4096);
        _exit(0);
    }
    wait(&status);
    say("%d", p[1025]);
    int *zero = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, open("/dev/zero", O_RDWR), 0);
    if (fork() == 0) {
        zero[0] = 5;
        _exit(0);
    }
    wait(&status);
    say("%d", zero[0]);
    SAY(madvise(q, 4096, MADV_DONTFORK));
    SAY(madvise((char *)q + 4096, 4096, MADV_WIPEONFORK));
    q[1024] = 6;
    pid_t child = fork();
    if (child == 0) {
        say("wiped %d", q[1024]);
        SAY(write(1, q, 1));
        _exit(q[0]);
    }
    wait(&status);
    say_status("child", status);
}
