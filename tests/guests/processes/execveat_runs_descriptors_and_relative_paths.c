#include "../guest.h"

#define EXECVEAT(fd, path, flags) syscall(SYS_execveat, fd, path, words, empty, flags)
static char *words[] = {"sh", "-c", "echo run as $0; exit 8", "zero", 0}, *empty[] = {0};

static void try(int fd, const char *path, int flags) {
    pid_t child = fork();
    if (!child) {
        EXECVEAT(fd, path, flags);
        say("%s", strerrorname_np(errno));
        _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}

int main(void) {
    int sh = open("/bin/sh", O_PATH), directory = open("/bin", O_DIRECTORY), file = open("/etc/passwd", O_RDONLY);
    try(sh, "", AT_EMPTY_PATH);
    try(directory, "sh", 0);
    try(AT_FDCWD, "/bin/sh", 0);
    try(-1, "/bin/sh", 0);
    try(sh, "", 0);
    try(directory, "no-such", 0);
    try(99, "sh", 0);
    try(file, "", AT_EMPTY_PATH);
    try(sh, "", 0x20);
    if (symlink("/bin/sh", "link"))
        die("symlink");
    try(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW);
    char *arguments[] = {"true", 0};
    pid_t child = fork();
    if (!child) {
        fexecve(open("/bin/true", O_RDONLY | O_CLOEXEC), arguments, empty);
        _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
