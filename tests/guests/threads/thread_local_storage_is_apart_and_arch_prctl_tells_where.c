#include "../guest.h"

#include <asm/prctl.h>
static __thread int initialised = 42;
static __thread char zero[1000];

static void *work(void *argument) {
    unsigned long base = 0;
    syscall(SYS_arch_prctl, ARCH_GET_FS, &base);
    bool clean = initialised == 42;
    for (int i = 0; i < 1000; i++)
        clean &= !zero[i];
    memset(zero, 1, sizeof zero);
    initialised = 7;
    say("clean %d base is pthread_self %d", clean, base == (unsigned long)pthread_self());
    return 0;
}

int main(void) {
    pthread_t thread;
    for (int i = 0; i < 3; i++) {
        pthread_create(&thread, 0, work, 0);
        pthread_join(thread, 0);
    }
    work(0);
    unsigned long base = 1;
    SAY(syscall(SYS_arch_prctl, ARCH_SET_GS, zero));
    SAY(syscall(SYS_arch_prctl, ARCH_GET_GS, &base));
    say("GS %d", base == (unsigned long)zero);
    zero[5] = 99;
    char c;
    __asm__ volatile("mov %%gs:5, %0" : "=r"(c));
    say("%d", c);
    SAY(syscall(SYS_arch_prctl, ARCH_SET_GS, 1ul << 63));
    SAY(syscall(SYS_arch_prctl, ARCH_GET_GS, 8));
    SAY(syscall(SYS_arch_prctl, 0x7777, 0));
    pthread_create(&thread, 0, work, 0);
    pthread_join(thread, 0);
}
