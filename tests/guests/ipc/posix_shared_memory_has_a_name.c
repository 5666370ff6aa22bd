#include "../guest.h"

int main(void) {
    char name[32];
    int status;
    sprintf(name, "/guest-%d", getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return SKIP;
    SAY(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    SAY(ftruncate(fd, 8192));
    int *p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fork() == 0) {
        int *q = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, shm_open(name, O_RDWR, 0), 0);
        for (int i = 0; i < 1000; i++)
            __atomic_fetch_add(q, 1, __ATOMIC_SEQ_CST);
        _exit(0);
    }
    for (int i = 0; i < 1000; i++)
        __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST);
    wait(&status);
    say("%d", *p);
    SAY(shm_unlink(name));
    SAY(shm_open(name, O_RDWR, 0));
    p[1500] = 4;
    say("%d", p[1500]);
    SAY(fcntl(fd, F_GETFD));
}
