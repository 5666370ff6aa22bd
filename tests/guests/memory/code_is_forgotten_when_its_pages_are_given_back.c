#include "../guest.h"

static unsigned char code[] = {0xb8, 0, 0, 0, 0, 0xc3};
int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    code[1] = 11;
    pwrite(fd, code, 6, 0);
    ftruncate(fd, 4096);
    unsigned char *p = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, fd, 0);
    int (*f)(void) = (void *)p;
    say("%d", f());
    p[1] = 22;
    say("%d", f());
    SAY(madvise(p, 4096, MADV_DONTNEED));
    say("%d", f());
    munmap(p, 4096);
    p = mmap(p, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    code[1] = 33;
    memcpy(p, code, 6);
    say("%d", f());
    int status;
    if (fork() == 0) {
        p[1] = 44;
        _exit(f());
    }
    wait(&status);
    say("%d %d", WEXITSTATUS(status), f());
    mprotect(p, 4096, PROT_READ | PROT_EXEC);
    int pipes[2];
    pipe(pipes);
    code[1] = 55;
    write(pipes[1], code, 6);
    SAY(read(pipes[0], p, 6));
    mprotect(p, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
    SAY(read(pipes[0], p, 6));
    say("%d", f());
}
