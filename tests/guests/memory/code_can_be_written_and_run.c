// mov eax, imm32; ret
#include "../guest.h"

static unsigned char code[] = {0xb8, 0, 0, 0, 0, 0xc3};
int main(void) {
    unsigned char *p = mmap(0, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int (*f)(void) = (void *)p, sum = 0;
    memcpy(p, code, 6);
    for (int i = 0; i < 100; i++) {
        p[1] = i;
        sum += f();
    }
    say("%d", sum);
    SAY(mprotect(p, 4096, PROT_READ | PROT_EXEC));
    say("%d", f());
    SAY(pread(open("/proc/self/exe", O_RDONLY), p, 4, 0));
    mprotect(p, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    code[1] = 77;
    write(fd, code, 6);
    SAY(pread(fd, p, 6, 0));
    say("%d", f());
    code[1] = 78;
    pwrite(fd, code, 6, 0);
    unsigned char *m = mmap(p, 4096, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd, 0);
    say("%d %d", m == p, f());
    code[1] = 79;
    pwrite(fd, code, 6, 0);
    say("%d", f());
    mremap(p, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, p + 4096);
    say("%d", ((int (*)(void))(p + 4096))());
    unsigned char *w = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    w[1] = 80;
    say("%d", ((int (*)(void))(p + 4096))());
}
