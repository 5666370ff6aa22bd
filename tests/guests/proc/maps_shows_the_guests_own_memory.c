// toolchain: dynamic-glibc
#include "../guest.h"

static int line_of(void *address, char *line, int room) {
    FILE *f = fopen("/proc/self/maps", "r");
    unsigned long a, b;
    while (f && fgets(line, room, f))
        if (sscanf(line, "%lx-%lx", &a, &b) == 2 && a <= (unsigned long)address && (unsigned long)address < b) {
            fclose(f);
            return b - a;
        }
    return -1;
}
static void show(const char *what, void *address, int sized) {
    char line[512], perms[8], name[256] = "";
    int size = line_of(address, line, sizeof line);
    long offset;
    sscanf(line, "%*s %7s %lx %*s %*s %255s", perms, &offset, name);
    char *slash = strrchr(name, '/');
    if (size < 0)
        say("%s: not there", what);
    else
        say("%s: %s %s offset %lx size %d", what, perms, slash ? "file" : name, sized ? offset : 0, sized ? size : 0);
}
int main(int argc, char **argv) {
    char *p = mmap(0, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = open("file", O_RDWR | O_CREAT, 0600), here;
    ftruncate(fd, 16384);
    char *f = mmap(0, 8192, PROT_READ, MAP_SHARED, fd, 8192), *g = mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 4096);
    mprotect(p + 4096, 4096, PROT_READ);
    show("middle", p + 4096, 1);
    show("shared", f, 1);
    show("private", g, 1);
    show("code", main, 0);
    show("library", puts, 0);
    show("stack", &here, 0);
    sbrk(8192);
    show("heap", (char *)sbrk(0) - 100, 0);
    munmap(f, 4096);
    show("gone", f, 1);
    show("rest", f + 4096, 1);
    unlink("file");
    char line[512];
    line_of(g, line, 512);
    say("deleted %d", strstr(line, "(deleted)") != 0);
    mprotect(p + 4096, 4096, PROT_READ | PROT_WRITE);
    show("nothing at 0", 0, 0);
}
