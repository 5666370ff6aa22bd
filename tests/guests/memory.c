// Memory maps: what can be mapped where, what can be read and written then.
#include "show.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PAGE 4096L
#define ANY (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

static sigjmp_buf back;
static volatile int code;

static void fault(int signo, siginfo_t *info, void *context) {
    code = signo * 100 + info->si_code;
    siglongjmp(back, 1);
}

static int reads(volatile char *p) {
    if (sigsetjmp(back, 1))
        return -code;
    return *p & 0xff;
}

static int writes(volatile char *p, char c) {
    if (sigsetjmp(back, 1))
        return -code;
    *p = c;
    return 0;
}

int main(void) {
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);

    // private memory
    char *m = mmap(NULL, 16 * PAGE, RW, ANY, -1, 0);
    SHOW(reads(m));
    SHOW(writes(m + PAGE, 7));
    SHOW(reads(m + PAGE));
    SHOW(mprotect(m + PAGE, PAGE, PROT_READ));
    SHOW(writes(m + PAGE, 8));
    SHOW(mprotect(m + PAGE, PAGE, PROT_NONE));
    SHOW(reads(m + PAGE));
    SHOW(mprotect(m + PAGE, 1, RW));
    SHOW(reads(m + PAGE));
    SHOW(munmap(m + 2 * PAGE, PAGE));
    SHOW(reads(m + 2 * PAGE));
    SHOW(mprotect(m, 4 * PAGE, RW));
    SHOW(mprotect(m + 1, PAGE, RW));
    SHOW(mprotect(m, PAGE, 0x100));
    SHOW(munmap(m + 1, PAGE));
    SHOW(munmap(m, 0));
    SHOW(mmap(m + 2 * PAGE, PAGE, RW, ANY | MAP_FIXED, -1, 0) == m + 2 * PAGE);
    SHOW(mmap(m + 3 * PAGE, PAGE, RW, ANY | MAP_FIXED_NOREPLACE, -1, 0));
    SHOW(mmap(m + 1, PAGE, RW, ANY | MAP_FIXED, -1, 0));
    SHOW(mmap(NULL, 0, RW, ANY, -1, 0));
    SHOW(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0));
    SHOW(mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0));
    SHOW(mmap(NULL, PAGE, RW, MAP_PRIVATE, 0, 1));
    SHOW(mmap(NULL, 1L << 62, RW, ANY, -1, 0));
    SHOW(syscall(SYS_mmap, (1L << 47) - PAGE, 2 * PAGE, RW, ANY | MAP_FIXED, -1, 0));
    char *low = mmap(NULL, PAGE, RW, ANY | MAP_32BIT, -1, 0);
    SHOW((uintptr_t)low < 1UL << 31);
    char *hint = mmap((void *)0x123456789000, PAGE, RW, ANY, -1, 0);
    SHOW(hint == (char *)0x123456789000);
    SHOW(mmap((void *)0x123456789000, PAGE, RW, ANY, -1, 0) == hint);

    // much memory, little used
    char *huge = mmap(NULL, 1L << 40, RW, ANY | MAP_NORESERVE, -1, 0);
    SHOW(huge != MAP_FAILED);
    SHOW(writes(huge + (1L << 39), 3));
    SHOW(reads(huge + (1L << 39)));
    SHOW(madvise(huge, 1L << 40, MADV_DONTNEED));
    SHOW(reads(huge + (1L << 39)));
    SHOW(munmap(huge, 1L << 40));

    // growing and moving
    char *a = mmap(NULL, 8 * PAGE, RW, ANY, -1, 0);
    memset(a, 'a', 8 * PAGE);
    SHOW(mremap(a, 8 * PAGE, 4 * PAGE, 0) == a);
    SHOW(reads(a + 4 * PAGE));
    SHOW(mremap(a, 4 * PAGE, 6 * PAGE, 0) == a);
    SHOW(reads(a + 3 * PAGE));
    SHOW(reads(a + 5 * PAGE));
    char *b = mremap(a, 6 * PAGE, 4096 * PAGE, MREMAP_MAYMOVE);
    SHOW(reads(b));
    SHOW(reads(b + 4095 * PAGE));
    char *c = mmap(NULL, 8 * PAGE, RW, ANY, -1, 0);
    SHOW(mremap(b, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, c + 2 * PAGE) == c + 2 * PAGE);
    SHOW(reads(c + 2 * PAGE));
    SHOW(reads(c + 4 * PAGE));
    SHOW(reads(b));
    SHOW(mremap(b, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    SHOW(mremap(c, PAGE, 0, MREMAP_MAYMOVE));
    SHOW(mremap(c + 1, PAGE, PAGE, MREMAP_MAYMOVE));
    SHOW(mremap(c, PAGE, PAGE, MREMAP_FIXED, c));

    // files
    int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
    SHOW(ftruncate(fd, 3 * PAGE));
    char *shared = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
    SHOW(writes(shared + PAGE, 'S'));
    SHOW(reads(private + PAGE));
    SHOW(writes(private + PAGE, 'P'));
    SHOW(reads(shared + PAGE));
    SHOW(reads(shared + 3 * PAGE));
    SHOW(msync(shared, PAGE, MS_SYNC));
    SHOW(msync(shared + 1, PAGE, MS_SYNC));
    char byte = 0;
    SHOW(pread(fd, &byte, 1, PAGE));
    SHOW(byte);
    SHOW(madvise(private, 3 * PAGE, MADV_DONTNEED));
    SHOW(reads(private + PAGE));
    unsigned char vector[4];
    SHOW(mincore(shared, 3 * PAGE, vector));
    SHOW(mincore((void *)0x7ffffff000, PAGE, vector));
    int reading = open("mapped", O_RDONLY);
    SHOW(mmap(NULL, PAGE, RW, MAP_SHARED, reading, 0));
    SHOW(mmap(NULL, PAGE, RW, MAP_PRIVATE, reading, 0) != MAP_FAILED);
    SHOW_OK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reading, 2 * PAGE));
    SHOW(close(fd));
    SHOW(reads(shared + PAGE));

    // memory shared with a child
    int *both = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int id = shmget(IPC_PRIVATE, 2 * PAGE, IPC_CREAT | 0600);
    char *segment = shmat(id, NULL, 0);
    SHOW(segment != (char *)-1);
    fflush(stdout);
    if (fork() == 0) {
        *both = 1234;
        segment[5] = 99;
        c[2 * PAGE] = 'c';
        _exit(0);
    }
    wait(NULL);
    SHOW(*both);
    SHOW(segment[5]);
    SHOW(c[2 * PAGE]);
    char *again = shmat(id, NULL, SHM_RDONLY);
    SHOW(again[5]);
    SHOW(writes(again, 1));
    SHOW(shmdt(segment));
    SHOW(reads(segment));
    SHOW(shmdt(segment));
    struct shmid_ds status;
    SHOW(shmctl(id, IPC_STAT, &status));
    printf("%zu bytes, %d attached\n", (size_t)status.shm_segsz, (int)status.shm_nattch);
    SHOW(shmctl(id, IPC_RMID, NULL));

    // the heap
    char *heap = sbrk(0);
    SHOW(syscall(SYS_brk, heap + 3 * PAGE) == (long)heap + 3 * PAGE);
    SHOW(writes(heap + 2 * PAGE, 5));
    SHOW(syscall(SYS_brk, heap) == (long)heap);
    SHOW(syscall(SYS_brk, heap + 3 * PAGE) == (long)heap + 3 * PAGE);
    SHOW(reads(heap + 2 * PAGE));
    SHOW(syscall(SYS_brk, heap + (1L << 46)) == (long)heap + 3 * PAGE);
    SHOW(syscall(SYS_brk, 0) == (long)heap + 3 * PAGE);

    // code that was made and then dropped
    unsigned char *run = mmap(NULL, PAGE, RW | PROT_EXEC, ANY, -1, 0);
    memcpy(run, "\xb8\x2a\0\0\0\xc3", 6);
    SHOW(((int (*)(void))run)());
    run[1] = 43;
    SHOW(((int (*)(void))run)());
    SHOW(madvise(run, PAGE, MADV_DONTNEED));
    SHOW(reads((char *)run));
    memcpy(run, "\xb8\x2c\0\0\0\xc3", 6);
    SHOW(((int (*)(void))run)());

    // code that is read from a file over code that ran
    run = mmap(NULL, 4 * PAGE, RW | PROT_EXEC, ANY, -1, 0);
    memcpy(run + 2 * PAGE, "\xb8\x2d\0\0\0\xc3", 6);
    SHOW(((int (*)(void))(run + 2 * PAGE))());
    fd = open("code", O_RDWR | O_CREAT | O_TRUNC, 0600);
    SHOW(ftruncate(fd, 4 * PAGE));
    SHOW(pwrite(fd, "\xb8\x2e\0\0\0\xc3", 6, 2 * PAGE));
    SHOW(read(fd, run, 4 * PAGE));
    SHOW(((int (*)(void))(run + 2 * PAGE))());
    SHOW(pwrite(fd, "\xb8\x2f\0\0\0\xc3", 6, 2 * PAGE));
    SHOW(pread(fd, run + PAGE, 3 * PAGE, PAGE));
    SHOW(((int (*)(void))(run + 2 * PAGE))());
    SHOW(pwrite(fd, "\xb8\x30\0\0\0\xc3", 6, 2 * PAGE));
    SHOW(pread(fd, run + 2 * PAGE, PAGE, 2 * PAGE));
    SHOW(((int (*)(void))(run + 2 * PAGE))());

    // limits
    struct rlimit limit = {1L << 32, RLIM_INFINITY};
    SHOW(setrlimit(RLIMIT_AS, &limit));
    SHOW(getrlimit(RLIMIT_AS, &limit));
    SHOW(limit.rlim_cur);
    SHOW(mmap(NULL, 1L << 33, RW, ANY | MAP_NORESERVE, -1, 0));
    SHOW_OK(mmap(NULL, 1L << 20, RW, ANY | MAP_NORESERVE, -1, 0));
    limit.rlim_cur = 5;
    limit.rlim_max = 4;
    SHOW(setrlimit(RLIMIT_STACK, &limit));
    SHOW(setrlimit(100, &limit));
    return 0;
}
