#include "../guest.h"

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600), status, p[2];
    ftruncate(fd, 8192);
    char *a = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *b = mmap(0, 8192, PROT_READ, MAP_SHARED, fd, 0);
    pipe(p);
    strcpy(a + 100, "by the first mapping");
    say("%s", b + 100);
    pid_t child = fork();
    if (child == 0) {
        int own = open("file", O_RDWR);
        char *c = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, own, 0);
        strcpy(c + 200, "by the child");
        pwrite(own, "by pwrite", 10, 4200);
        write(p[1], "x", 1);
        while (!*(volatile char *)(c + 300))
            sched_yield();
        say("child sees %s", c + 301);
        _exit(0);
    }
    char c;
    read(p[0], &c, 1);
    say("%s, %s", b + 200, b + 4200);
    strcpy(a + 301, "an answer");
    __atomic_store_n(a + 300, 1, __ATOMIC_RELEASE);
    wait(&status);
    char text[16] = "";
    pread(fd, text, 12, 200);
    say("%s", text);
    ftruncate(fd, 4096);
    ftruncate(fd, 8192);
    say("zero again %d", b[4200]);
}
