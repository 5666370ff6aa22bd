#include "../guest.h"

int main(void) {
    int fd = memfd_create("name", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    SAY(fcntl(fd, F_GETFD));
    SAY(ftruncate(fd, 4096));
    SAY(write(fd, "text", 4));
    char link[64], path[64];
    sprintf(path, "/proc/self/fd/%d", fd);
    link[readlink(path, link, 63)] = 0;
    say("%s", link);
    char *p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    say("%.4s", p);
    SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    munmap(p, 4096);
    SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK));
    SAY(write(fd, "x", 1));
    SAY(ftruncate(fd, 1));
    SAY(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
    SAY(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
    SAY(memfd_create("name", 0x1000));
    SAY(memfd_create((void *)1, 0));
    char name[300];
    memset(name, 'x', 299);
    name[299] = 0;
    SAY(memfd_create(name, 0));
    int plain = memfd_create("", 0);
    SAY(fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE));
}
