#include "../guest.h"
#include <linux/openat2.h>

static void attempt(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {flags, mode, resolve};
    long fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
    say("%s %lo %lo %lx: %s", path, flags, mode, resolve, fd < 0 ? strerrorname_np(errno) : "opened");
    if (fd >= 0)
        close(fd);
}
int main(void) {
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    close(open("d/file", O_CREAT | O_WRONLY, 0600));
    symlink("file", "d/link");
    symlink("/etc/passwd", "d/absolute");
    symlink("../d/file", "d/up");
    symlink("/file", "d/rooted");
    int d = open("d", O_RDONLY | O_DIRECTORY);
    const char *paths[] = {"file", "link", "absolute", "up", "../d/file", "e/../file", "/file", "rooted", "/proc/self/exe"};
    for (int i = 0; i < 9; i++)
        for (uint64_t resolve = 1; resolve < 32; resolve *= 2)
            if (strcmp(paths[i], "absolute") || resolve != 1)
                attempt(d, paths[i], O_RDONLY, 0, resolve);
    attempt(d, "file", O_RDONLY, 0600, 0);
    attempt(d, "file", 1ull << 40, 0, 0);
    attempt(d, "file", O_RDONLY, 0, 0x100);
    attempt(d, "new", O_CREAT | O_RDWR, 0600, RESOLVE_IN_ROOT);
    attempt(d, "file", O_PATH | O_RDWR, 0, 0);
    struct { struct open_how how; uint64_t more; } large = {{O_RDONLY, 0, 0}, 0};
    SAY(syscall(SYS_openat2, d, "file", &large, 16));
    SAY(syscall(SYS_openat2, d, "file", &large, 32) > 0);
    large.more = 1;
    SAY(syscall(SYS_openat2, d, "file", &large, 32));
    SAY(syscall(SYS_openat2, d, "file", (void *)1, 24));
    SAY(syscall(SYS_openat2, d, (void *)1, &large, 24));
    SAY(syscall(SYS_openat2, 1000, "file", &large, 24));
}
