// /proc/self tells of the guest. Prints what a native run prints too.
#include "show.h"
#include <ctype.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static char *slurp(const char *path, size_t *size) {
    static char buffer[1 << 20];
    int fd = open(path, O_RDONLY);
    size_t n = 0;
    ssize_t got;
    if (fd < 0) {
        printf("%s: errno %d\n", path, errno);
        *size = 0;
        buffer[0] = 0;
        return buffer;
    }
    while ((got = read(fd, buffer + n, sizeof buffer - 1 - n)) > 0)
        n += got;
    close(fd);
    buffer[n] = 0;
    *size = n;
    return buffer;
}

static void line_with(const char *title, char *text, const char *word) {
    char *at = strstr(text, word);
    printf("%s: %.*s\n", title, at ? (int)strcspn(at, "\n") : 7, at ? at : "missing");
}

// The line of maps that holds an address: its permissions and name.
static void where(const char *title, const void *address, char *maps) {
    for (char *line = maps; *line; line += strcspn(line, "\n") + 1) {
        unsigned long start, end, offset;
        unsigned device[2], inode;
        char perms[8], name[256] = "", copy[512];
        snprintf(copy, sizeof copy, "%.*s", (int)strcspn(line, "\n"), line);
        if (sscanf(copy, "%lx-%lx %7s %lx %x:%x %u %255[^\n]", &start, &end, perms, &offset, device,
                   device + 1, &inode, name) < 7) {
            printf("odd line: %s\n", copy);
            continue;
        }
        if (start <= (uintptr_t)address && (uintptr_t)address < end) {
            char *base = strrchr(name, '/');
            printf("%s: %s %s %s offset %lx\n", title, perms, base ? base + 1 : name,
                   inode ? "file" : "no file", base ? offset : 0);
            if (name[0] == '/') {
                struct stat s;
                printf("same inode: %d\n", stat(name, &s) == 0 && s.st_ino == inode);
            }
            return;
        }
    }
    printf("%s: not there\n", title);
}

int global = 1;

int main(int argc, char **argv) {
    char path[4096] = "", again[4096] = "";
    size_t size;
    struct stat a, b;
    SHOW(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
    printf("%s\n", path);
    snprintf(again, sizeof again, "/proc/%d/exe", getpid());
    char *link = strdup(again);
    memset(again, 0, sizeof again);
    SHOW(readlink(link, again, sizeof again - 1) == (ssize_t)strlen(path));
    SHOW(strcmp(path, again));
    int dir = open("/proc/self", O_RDONLY | O_DIRECTORY);
    memset(again, 0, sizeof again);
    SHOW(readlinkat(dir, "exe", again, sizeof again - 1) == (ssize_t)strlen(path));
    SHOW(readlink("/proc/self/exe", again, 5));
    SHOW(stat("/proc/self/exe", &a) | stat(argv[0], &b));
    SHOW(a.st_ino == b.st_ino && a.st_size == b.st_size);
    SHOW(lstat("/proc/self/exe", &a));
    SHOW(S_ISLNK(a.st_mode));
    int exe = open("/proc/self/exe", O_RDONLY);
    char magic[5] = "";
    SHOW(read(exe, magic, 4));
    SHOW(strcmp(magic, "\177ELF"));
    SHOW(fstat(exe, &a));
    SHOW(a.st_ino == b.st_ino);
    close(exe);

    char *text = slurp("/proc/self/cmdline", &size);
    printf("cmdline %zu:", size);
    for (size_t i = 0; i < size; i += strlen(text + i) + 1)
        printf(" %s", text + i);
    printf("\n");
    text = slurp("/proc/self/comm", &size);
    printf("comm %s", text);
    prctl(PR_SET_NAME, "renamed");
    text = slurp("/proc/self/comm", &size);
    printf("comm %s", text);
    text = slurp("/proc/thread-self/comm", &size);
    printf("comm %s", text);
    int set = open("/proc/self/comm", O_WRONLY);
    SHOW(write(set, "written", 7));
    close(set);
    text = slurp("/proc/self/comm", &size);
    printf("comm %s", text);
    text = slurp("/proc/self/environ", &size);
    printf("environ %zu:", size);
    for (size_t i = 0; i < size; i += strlen(text + i) + 1)
        if (!strncmp(text + i, "TEST_", 5))
            printf(" %s", text + i);
    printf("\n");
    memset(argv[1], 'z', strlen(argv[1]));
    text = slurp("/proc/self/cmdline", &size);
    printf("changed: %s\n", text + strlen(text) + 1);

    text = slurp("/proc/self/auxv", &size);
    unsigned long *aux = (unsigned long *)text;
    int same = 0;
    for (; aux[0]; aux += 2)
        if (aux[0] == AT_PAGESZ || aux[0] == AT_PHDR || aux[0] == AT_ENTRY || aux[0] == AT_RANDOM)
            same += aux[1] == getauxval(aux[0]);
    printf("auxv: %d the same\n", same);

    char *heap = (char *)syscall(SYS_brk, 0), local;
    syscall(SYS_brk, heap + 8192);
    char *file = mmap(NULL, 4096, PROT_READ, MAP_SHARED, open("mapped", O_RDWR | O_CREAT, 0600), 0);
    char *anonymous = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(anonymous + 4096, 4096, PROT_NONE);
    char *maps = strdup(slurp("/proc/self/maps", &size));
    where("code", (void *)(uintptr_t)main, maps);
    where("data", &global, maps);
    where("heap", heap, maps);
    where("stack", &local, maps);
    where("file", file, maps);
    where("anonymous", anonymous, maps);
    where("no access", anonymous + 4096, maps);
    SHOW(strstr(maps, "python") != NULL);
    text = slurp("/proc/self/smaps", &size);
    SHOW(strstr(text, "[stack]") != NULL);
    SHOW(strstr(text, "Rss:") != NULL);

    text = slurp("/proc/self/status", &size);
    line_with("status", text, "Name:");
    line_with("status", text, "State:");
    SHOW(strstr(text, "SigCgt:\t0000000000000000") != NULL);
    text = slurp("/proc/self/stat", &size);
    int pid;
    char name[64];
    sscanf(text, "%d %63s", &pid, name);
    printf("stat %d %s\n", pid == getpid(), name);
    unsigned long field[60];
    int n = 3;
    for (char *word = strtok(strchr(text, ')') + 2, " "); word && n < 60; word = strtok(NULL, " "))
        field[n++] = strtoul(word, NULL, 10);
    printf("%d fields, stack %d, code %d\n", n - 1, field[28] > (uintptr_t)&local && field[28] - (uintptr_t)&local < 1 << 20,
           field[26] <= (uintptr_t)main && (uintptr_t)main < field[27]);
    printf("arguments %d\n", field[48] == (uintptr_t)argv[0] && field[49] > field[48] && field[51] > field[50]);
    text = slurp("/proc/self/statm", &size);
    SHOW(strtoul(text, NULL, 10) < 1 << 20);
    SHOW(open("/proc/self/nothing", O_RDONLY));
    SHOW(access("/proc/self/exe", X_OK));
    SHOW(chdir("/proc/self"));
    memset(again, 0, sizeof again);
    SHOW(readlink("exe", again, sizeof again - 1) == (ssize_t)strlen(path));
    text = slurp("cmdline", &size);
    printf("relative: %zu\n", size);
    return 0;
}
