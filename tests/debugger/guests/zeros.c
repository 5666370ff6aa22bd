/* Pages with a content are mapped anew while all low descriptors are /dev/zero. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

__attribute__((noinline)) void over(char *at) {
    mmap(at, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

int main(void) {
    for (int i = 0; i < 100; i++)
        open("/dev/zero", O_RDONLY);
    char *at = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    strcpy(at, "kept");
    for (volatile int i = 0; i < 2000000; i++)
        ; /* there are checkpoints between the two */
    over(at);
    return *at;
}
