// Each way out of a root that this knows of; any that leads to the file "outside/secret" is printed.
// Started in the root, with descriptor 9 open on the directory above it.
#include "show.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

static int escapes;

static void check(const char *how, int fd) {
    char text[16] = "";
    if (fd >= 0 && read(fd, text, 15) > 0 && strstr(text, "SECRET")) {
        printf("ESCAPED by %s\n", how);
        escapes++;
    }
    if (fd >= 0)
        close(fd);
}

static void try_path(const char *path) {
    struct stat s;
    check(path, open(path, O_RDONLY));
    int fd = open(path, O_PATH);
    char again[64];
    sprintf(again, "/proc/self/fd/%d", fd);
    check(path, open(again, O_RDONLY));
    if (fd >= 0)
        close(fd);
    if (stat(path, &s) == 0 && s.st_size == 7) {
        printf("ESCAPED by stat %s\n", path);
        escapes++;
    }
    if (chdir(path) == 0) {
        check(path, open("secret", O_RDONLY));
        check(path, open("outside/secret", O_RDONLY));
        chdir("/");
    }
}

int main(void) {
    char path[300];
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    const char *up[] = {"../outside/secret", "/../outside/secret", "d/../../outside/secret",
                        "d/e/../../../outside/secret", "/proc/self/root/../outside/secret",
                        "/proc/self/cwd/../outside/secret", "/proc/1/root/etc/hostname", "/dev/../../outside/secret",
                        "/proc/self/fd/9/outside/secret", "/proc/self/fd/9", "/proc/1/cwd/../outside/secret",
                        "/proc/thread-self/fd/9/outside/secret", "//..//.//../outside/secret"};
    for (unsigned i = 0; i < sizeof up / sizeof *up; i++) {
        try_path(up[i]);
        unlink("link");
        symlink(up[i], "link");
        try_path("link");
        try_path("d/../link");
        sprintf(path, "/proc/self/cwd/link");
        try_path(path);
    }
    FILE *names = fopen("outside-path", "r");
    char outside[256] = "";
    if (names && fgets(outside, sizeof outside, names)) {
        try_path(outside);
        unlink("link");
        symlink(outside, "link");
        try_path("link");
        struct stat s;
        printf("lstat with a slash: %d\n", lstat("link/", &s) == 0);
        check("O_CREAT", open("link", O_RDWR | O_CREAT, 0600));
        truncate("link", 0);
        mkdir("link/", 0700);
        rename("d/e", "link/");
        link("link", "hard");
        check("link", open("hard", O_RDONLY));
    }
    check("openat 9", openat(9, "outside/secret", O_RDONLY));
    check("openat 9 ..", openat(9, "../outside/secret", O_RDONLY));
    if (fchdir(9) == 0) {
        check("fchdir", open("outside/secret", O_RDONLY));
        chdir("/");
    }
    unsigned long how[3] = {O_RDONLY, 0, 0};
    for (how[2] = 0; how[2] < 32; how[2]++) {
        check("openat2", syscall(SYS_openat2, 9, "outside/secret", how, 24));
        check("openat2 ..", syscall(SYS_openat2, AT_FDCWD, "../outside/secret", how, 24));
        check("openat2 link", syscall(SYS_openat2, AT_FDCWD, "link", how, 24));
    }
    int deep = open("d/e", O_RDONLY | O_DIRECTORY);
    check("openat ..", openat(deep, "../../../outside/secret", O_RDONLY));
    rename("d/e", "e");
    check("openat .. after a rename", openat(deep, "../../../outside/secret", O_RDONLY));
    check("openat .. after a rename", openat(deep, "../../outside/secret", O_RDONLY));
    for (int fd = 10; fd < 1100; fd++) { // descriptors that aren't the guest's
        check("a descriptor", openat(fd, "outside/secret", O_RDONLY));
        check("a descriptor ..", openat(fd, "../outside/secret", O_RDONLY));
    }
    if (chroot("d") == 0) { // the old way out: a working directory above the new root
        for (int i = 0; i < 10; i++)
            chdir("..");
        check("chroot", open("outside/secret", O_RDONLY));
    }
    printf("%d escapes\n", escapes);
    return escapes != 0;
}
