// The auxiliary vector leads to an ELF image whose functions agree with the system calls.
#define _GNU_SOURCE
#include <elf.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "../guest.h"

static char *base;
static Elf64_Sym *symbols;
static const char *strings;
static Elf64_Half *versions;
static Elf64_Verdef *definitions;
static unsigned count;

static int has_version(unsigned number, const char *wanted) {
    for (Elf64_Verdef *d = definitions;; d = (Elf64_Verdef *)((char *)d + d->vd_next)) {
        Elf64_Verdaux *aux = (Elf64_Verdaux *)((char *)d + d->vd_aux);
        if (d->vd_ndx == number) return !strcmp(strings + aux->vda_name, wanted);
        if (!d->vd_next) return 0;
    }
}

static void *find(const char *name) {
    for (unsigned i = 1; i < count; i++)
        if (!strcmp(strings + symbols[i].st_name, name) && symbols[i].st_shndx != SHN_UNDEF
            && has_version(versions[i] & 0x7fff, "LINUX_2.6"))
            return base + symbols[i].st_value;
    return 0;
}

int main(void) {
    base = (char *)getauxval(AT_SYSINFO_EHDR);
    Elf64_Ehdr *header = (Elf64_Ehdr *)base;
    say("magic %d machine %d", !memcmp(header->e_ident, ELFMAG, SELFMAG), header->e_machine);
    Elf64_Phdr *row = (Elf64_Phdr *)(base + header->e_phoff);
    Elf64_Dyn *dynamic = 0;
    for (int i = 0; i < header->e_phnum; i++, row++)
        if (row->p_type == PT_DYNAMIC) dynamic = (Elf64_Dyn *)(base + row->p_offset);
    for (; dynamic->d_tag; dynamic++) {
        char *at = base + dynamic->d_un.d_ptr;
        if (dynamic->d_tag == DT_SYMTAB) symbols = (Elf64_Sym *)at;
        if (dynamic->d_tag == DT_STRTAB) strings = at;
        if (dynamic->d_tag == DT_VERSYM) versions = (Elf64_Half *)at;
        if (dynamic->d_tag == DT_VERDEF) definitions = (Elf64_Verdef *)at;
        if (dynamic->d_tag == DT_HASH) count = ((unsigned *)at)[1];
    }
    int (*clock)(int, struct timespec *) = find("__vdso_clock_gettime");
    int (*day)(struct timeval *, void *) = find("__vdso_gettimeofday");
    time_t (*seconds)(time_t *) = find("__vdso_time");
    int (*cpu)(unsigned *, unsigned *, void *) = find("__vdso_getcpu");
    say("found %d %d %d %d, not found %d", clock != 0, day != 0, seconds != 0, cpu != 0, find("__vdso_other") != 0);

    static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI,
                                 CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_PROCESS_CPUTIME_ID};
    for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        long backwards = 0, last = 0;
        for (int n = 0; n < 20000; n++) {
            struct timespec t;
            if (n & 1 ? clock(clocks[i], &t) : syscall(SYS_clock_gettime, clocks[i], &t)) backwards++;
            long now = t.tv_sec * 1000000000L + t.tv_nsec;
            backwards += now < last;
            last = now;
        }
        say("clock %d ran backwards %ld times", clocks[i], backwards);
    }
    say("no such clock: %d", clock(99, &(struct timespec){0}));
    struct timeval a, b;
    day(&a, 0);
    syscall(SYS_gettimeofday, &b, 0);
    time_t before = syscall(SYS_time, 0), stored = 0, now = seconds(&stored);
    say("day %d, time %d stored %d", b.tv_sec - a.tv_sec <= 1, now >= before && now <= before + 1, stored == now);
    unsigned number = 1000, node = 1000;
    int got = cpu(&number, &node, 0);
    say("cpu %d %d node %d", got, number < 1000, node < 1000);

    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps)) {
        unsigned long start;
        char prot[5];
        sscanf(line, "%lx-%*x %4s", &start, prot);
        if (strstr(line, "[vdso]")) say("in maps: %s, at the address told: %d", prot, start == (unsigned long)base);
    }
    return 0;
}
