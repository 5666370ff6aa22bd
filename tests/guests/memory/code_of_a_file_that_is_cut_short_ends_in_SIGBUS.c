#include "../guest.h"
#include <setjmp.h>

static sigjmp_buf back;
static char *file;
static volatile int code;
static void *volatile where;

static void cut_short(int signo, siginfo_t *info, void *context) {
    code = info->si_code;
    where = info->si_addr;
    siglongjmp(back, 1);
}

// A file of two pages, each with a function: the first gives 1, the second 2.
static int fresh(void) {
    int fd = open("code", O_RDWR | O_CREAT | O_TRUNC, 0700);
    static char bytes[8192] = {0xb8, 1, 0, 0, 0, 0xc3, [4096] = 0xb8, 2, 0, 0, 0, 0xc3};
    if (pwrite(fd, bytes, sizeof bytes, 0) != sizeof bytes)
        die("pwrite");
    file = mmap(0, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    return fd;
}

static void call(int page) {
    long sum = 0;
    if (sigsetjmp(back, 1)) {
        say("page %d: SIGBUS, code %d, the address is right %d", page, code, where == file + 4096 * page);
        return;
    }
    for (int i = 0; i < 5000; i++)
        sum += ((int (*)(void))(file + 4096 * page))();
    say("page %d: %ld", page, sum);
}

int main(void) {
    handle(SIGBUS, cut_short, 0);
    int fd = fresh();
    call(0);
    call(1);
    SAY(ftruncate(fd, 4096));
    call(0);
    call(1);
    fd = fresh();
    call(1);
    SAY(truncate("code", 100));
    call(0);
    call(1);
    fd = fresh();
    call(0);
    close(open("code", O_WRONLY | O_TRUNC));
    call(0);
    call(1);
}
