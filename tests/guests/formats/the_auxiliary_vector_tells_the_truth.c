// toolchain: static-pie
#include "../guest.h"
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

extern char _start[];
int main(int argc, char **argv) {
    say("page %ld", getauxval(AT_PAGESZ));
    say("ticks %ld", getauxval(AT_CLKTCK));
    say("ids %d", getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid() && getauxval(AT_GID) == getgid());
    say("secure %ld", getauxval(AT_SECURE));
    say("entry %d", getauxval(AT_ENTRY) == (unsigned long)_start);
    say("platform %s", (char *)getauxval(AT_PLATFORM));
    say("name %d", !strcmp((char *)getauxval(AT_EXECFN), argv[0]));
    unsigned char *random = (void *)getauxval(AT_RANDOM), any = 0;
    for (int i = 0; i < 16; i++)
        any |= random[i];
    say("random %d", any != 0);
    ElfW(Phdr) *p = (void *)getauxval(AT_PHDR);
    unsigned n = getauxval(AT_PHNUM), loads = 0;
    for (unsigned i = 0; i < n; i++)
        loads += p[i].p_type == PT_LOAD;
    say("headers %d size %ld loads %d", n > 3, getauxval(AT_PHENT), loads > 1);
    say("base %ld", getauxval(AT_BASE));
    say("flags %ld", getauxval(AT_FLAGS));
    say("argv ends %d", argv[argc] == 0);
    say("environment follows %d", environ == argv + argc + 1);
    say("aligned %d", (unsigned long)&argv[-1] % 16 == 0);
    char **e = environ;
    while (*e)
        e++;
    say("vector follows %d", ((unsigned long *)(e + 1))[0] != 0);
    say("strings in order %d", argv[0] < environ[0] && environ[0] < (char *)getauxval(AT_EXECFN));
}
