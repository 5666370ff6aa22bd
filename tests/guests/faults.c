// Each fault's signal: number, code, address and what the context says. argv[1] names the fault.
#define _GNU_SOURCE
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <xmmintrin.h>

static sigjmp_buf back;
static char *page;  // readable page, then one without access, then a hole

static void handler(int signo, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    greg_t *r = u->uc_mcontext.gregs;
    printf("signal %d errno %d code %d", signo, info->si_errno, info->si_code);
    long address = (long)info->si_addr;
    if (address == r[REG_RIP])
        printf(" address is rip");
    else if (address >= (long)page && address < (long)page + 0x3000)
        printf(" address page+%#lx", address - (long)page);
    else
        printf(" address %#lx", address);
    printf(" trap %lld error %#llx", r[REG_TRAPNO], r[REG_ERR]);
    if (signo == SIGSEGV && info->si_code != SI_KERNEL)
        printf(" cr2 matches: %d", r[REG_CR2] == address);
    const unsigned char *code = (const unsigned char *)r[REG_RIP];
    if (signo != SIGBUS && address != r[REG_RIP])
        printf(" at %02x %02x", code[0], code[1]);
    printf(" rbx %#llx r12 %#llx\n", r[REG_RBX], r[REG_R12]);
    fflush(stdout);
    siglongjmp(back, 1);
}

#define REGISTERS "mov $0x1234, %%ebx\n mov $0x5678, %%r12d\n"

static void raise_fault(const char *name) {
    if (!strcmp(name, "read-null"))
        asm volatile(REGISTERS "xor %%ecx, %%ecx\n movl (%%rcx), %%eax" ::: "rbx", "r12", "rcx", "rax");
    else if (!strcmp(name, "write-readonly"))
        asm volatile(REGISTERS "movb $1, 5(%0)" :: "r"(page) : "rbx", "r12", "memory");
    else if (!strcmp(name, "read-noaccess"))
        asm volatile(REGISTERS "movb 7(%0), %%al" :: "r"(page + 0x1000) : "rbx", "r12", "rax");
    else if (!strcmp(name, "read-hole"))
        asm volatile(REGISTERS "movq (%0), %%rax" :: "r"(page + 0x2010) : "rbx", "r12", "rax");
    else if (!strcmp(name, "read-crossing"))
        asm volatile(REGISTERS "movq (%0), %%rax" :: "r"(page + 0xffc) : "rbx", "r12", "rax");
    else if (!strcmp(name, "read-kernel"))
        asm volatile(REGISTERS "movq (%0), %%rax" :: "r"(0xffffffff81000000) : "rbx", "r12", "rax");
    else if (!strcmp(name, "read-noncanonical"))
        asm volatile(REGISTERS "movq (%0), %%rax" :: "r"(0x8000123400005678) : "rbx", "r12", "rax");
    else if (!strcmp(name, "jump-null"))
        asm volatile(REGISTERS "xor %%eax, %%eax\n call *%%rax" ::: "rbx", "r12", "rax");
    else if (!strcmp(name, "jump-noexec"))
        asm volatile(REGISTERS "call *%0" :: "r"(page) : "rbx", "r12");
    else if (!strcmp(name, "ud2"))
        asm volatile(REGISTERS "ud2" ::: "rbx", "r12");
    else if (!strcmp(name, "divide"))
        asm volatile(REGISTERS "xor %%ecx, %%ecx\n xor %%edx, %%edx\n mov $7, %%eax\n div %%ecx"
                     ::: "rbx", "r12", "rax", "rcx", "rdx");
    else if (!strcmp(name, "divide-overflow"))
        asm volatile(REGISTERS "mov $-1, %%ecx\n mov $0x80000000, %%eax\n cltd\n idiv %%ecx"
                     ::: "rbx", "r12", "rax", "rcx", "rdx");
    else if (!strcmp(name, "int3"))
        asm volatile(REGISTERS "int3\n nop" ::: "rbx", "r12");
    else if (!strcmp(name, "hlt"))
        asm volatile(REGISTERS "hlt" ::: "rbx", "r12");
    else if (!strcmp(name, "in"))
        asm volatile(REGISTERS "in $0x60, %%al" ::: "rbx", "r12", "rax");
    else if (!strcmp(name, "cli"))
        asm volatile(REGISTERS "cli" ::: "rbx", "r12");
    else if (!strcmp(name, "sse-unaligned"))
        asm volatile(REGISTERS "movaps (%0), %%xmm0" :: "r"(page + 4) : "rbx", "r12", "xmm0");
    else if (!strcmp(name, "sse-divide")) {
        _mm_setcsr(_mm_getcsr() & ~0x1f80);
        asm volatile(REGISTERS "mov $1, %%eax\n cvtsi2sd %%eax, %%xmm0\n xorps %%xmm1, %%xmm1\n divsd %%xmm1, %%xmm0"
                     ::: "rbx", "r12", "rax", "xmm0", "xmm1");
    } else if (!strcmp(name, "x87-divide")) {
        unsigned short control = 0x370;
        asm volatile(REGISTERS "fldcw %0\n fld1\n fldz\n fdivrp\n fwait" :: "m"(control) : "rbx", "r12");
    } else if (!strcmp(name, "bus")) {
        FILE *file = tmpfile();
        if (ftruncate(fileno(file), 100))
            exit(9);
        char *map = mmap(page, 0x1000, PROT_READ, MAP_SHARED | MAP_FIXED, fileno(file), 0);
        if (ftruncate(fileno(file), 0))
            exit(9);
        asm volatile(REGISTERS "movb 9(%0), %%al" :: "r"(map) : "rbx", "r12", "rax");
    } else if (!strcmp(name, "single-step"))
        asm volatile(REGISTERS "pushf\n orl $0x100, (%%rsp)\n popf\n nop\n nop\n" ::: "rbx", "r12", "cc");
    else
        exit(8);
}

int main(int argc, char **argv) {
    page = mmap(0, 0x3000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(page, 0x90, 0x1000);
    mprotect(page, 0x1000, PROT_READ);
    mprotect(page + 0x1000, 0x1000, PROT_NONE);
    munmap(page + 0x2000, 0x1000);
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    const char *how = argc > 2 ? argv[2] : "handled";
    int all[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    for (int i = 0; i < 5; i++) {
        if (!strcmp(how, "handled") || !strcmp(how, "blocked"))
            sigaction(all[i], &action, 0);
        if (!strcmp(how, "ignored"))
            signal(all[i], SIG_IGN);
        if (!strcmp(how, "blocked")) {
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, all[i]);
            sigprocmask(SIG_BLOCK, &set, 0);
        }
    }
    if (!sigsetjmp(back, 1))
        raise_fault(argv[1]);
    else
        puts("survived");
    return 0;
}
