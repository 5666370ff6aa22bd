#include "../guest.h"

static long field(const char *path, const char *name, void *address) {
    static char line[512];
    FILE *f = fopen(path, "r");
    unsigned long a, b;
    int in = !address;
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "%lx-%lx ", &a, &b) == 2)
            in = !address || (a <= (unsigned long)address && (unsigned long)address < b);
        if (in && !strncmp(line, name, strlen(name))) {
            fclose(f);
            return atol(line + strlen(name) + 1);
        }
    }
    return -1;
}
int main(void) {
    char *p = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(p, 4096, PROT_READ);
    madvise(p, 1 << 20, MADV_NOHUGEPAGE);
    memset(p + 4096, 1, 400 << 10);
    say("Size %ld", field("/proc/self/smaps", "Size:", p + 4096));
    say("Rss %ld", field("/proc/self/smaps", "Rss:", p + 4096));
    say("Anonymous %ld", field("/proc/self/smaps", "Anonymous:", p + 4096));
    say("page %ld", field("/proc/self/smaps", "KernelPageSize:", p));
    long size = field("/proc/self/status", "VmSize:", 0), data = field("/proc/self/status", "VmData:", 0);
    mmap(0, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say("VmSize grew %ld", field("/proc/self/status", "VmSize:", 0) - size);
    say("VmData grew %ld", field("/proc/self/status", "VmData:", 0) - data);
    say("VmStk some %d", field("/proc/self/status", "VmStk:", 0) > 0);
    say("rollup %d", field("/proc/self/smaps_rollup", "Rss:", 0) > 400);
    long total, resident;
    FILE *f = fopen("/proc/self/statm", "r");
    say("%d", fscanf(f, "%ld %ld", &total, &resident));
    say("statm agrees %d", total * 4 == field("/proc/self/status", "VmSize:", 0));
}
