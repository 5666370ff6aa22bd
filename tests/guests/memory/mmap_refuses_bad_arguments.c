#include "../guest.h"
#define TRY(...) (errno = 0, say("%s: %s", #__VA_ARGS__, mmap(__VA_ARGS__) == MAP_FAILED ? strerrorname_np(errno) : "mapped"))

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600), r = open("file", O_RDONLY), w = open("file", O_WRONLY), p[2];
    pipe(p);
    ftruncate(fd, 8192);
    int anon = MAP_PRIVATE | MAP_ANONYMOUS;
    TRY(0, 0, PROT_READ, anon, -1, 0);
    TRY(0, -1, PROT_READ, anon, -1, 0);
    TRY(0, 1ul << 47, PROT_READ, anon, -1, 0);
    TRY(0, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0);
    TRY(0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    TRY(0, 4096, PROT_READ, MAP_PRIVATE, -1, 0);
    TRY(0, 4096, PROT_READ, MAP_PRIVATE, 99, 0);
    TRY(0, 4096, PROT_READ, MAP_PRIVATE, fd, 1);
    TRY(0, 4096, PROT_READ, anon, -1, 1);
    TRY(0, 4096, PROT_READ, MAP_PRIVATE, fd, 1 << 20);
    TRY(0, 4096, PROT_READ, MAP_PRIVATE, fd, -4096);
    TRY(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, r, 0);
    TRY(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, r, 0);
    TRY(0, 4096, PROT_WRITE, MAP_SHARED, w, 0);
    TRY(0, 4096, PROT_READ, MAP_PRIVATE, p[0], 0);
    TRY(0, 4096, PROT_READ, MAP_PRIVATE, open(".", O_RDONLY), 0);
    TRY(0, 4096, PROT_READ, MAP_PRIVATE, open("file", O_PATH), 0);
    TRY(0, 4096, PROT_READ, MAP_SHARED_VALIDATE, fd, 0);
    TRY(0, 4096, PROT_READ, MAP_SHARED_VALIDATE | (1 << 27), fd, 0);
    TRY(0, 4096, PROT_READ, MAP_SHARED | (1 << 27), fd, 0);
    TRY(0, 4096, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);
    TRY((void *)-4096, 4096, PROT_READ, anon | MAP_FIXED, -1, 0);
    TRY((void *)(1ul << 47), 4096, PROT_READ, anon | MAP_FIXED, -1, 0);
    TRY((void *)(1ul << 47), 4096, PROT_READ, anon, -1, 0);
    TRY(0, 4096, PROT_READ, anon, 99, 0);
    TRY(0, 4096, 0x1000, anon, -1, 0);
    TRY(0, 1, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 4096);
}
