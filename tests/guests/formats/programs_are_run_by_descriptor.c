// toolchain: dynamic-glibc
#include "../guest.h"

int main(int argc, char **argv) {
    char *none[] = {0}, *some[] = {"called", "by-fd", 0}, name[4096] = "";
    int status;
    if (argc > 1) {
        say("%s as %s", argv[1], argv[0]);
        return 3;
    }
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), d = open("/bin", O_PATH);
    if (fork() == 0) {
        fexecve(fd, some, environ);
        _exit(50);
    }
    wait(&status);
    say_status("fexecve", status);
    int m = memfd_create("program", 0);
    while (copy_file_range(fd, 0, m, 0, 1 << 20, 0) > 0)
        ;
    lseek(fd, 0, SEEK_SET);
    for (ssize_t n; (n = read(fd, name, 4096)) > 0;)
        write(m, name, n);
    if (fork() == 0) {
        SAY(syscall(SYS_execveat, m, "", some, environ, AT_EMPTY_PATH));
        _exit(50);
    }
    wait(&status);
    say_status("memory file", status);
    if (fork() == 0) {
        syscall(SYS_execveat, d, "echo", (char *[]){"echo", "by directory", 0}, none, 0);
        _exit(50);
    }
    wait(&status);
    symlink("/bin/true", "link");
    SAY(syscall(SYS_execveat, AT_FDCWD, "link", some, none, AT_SYMLINK_NOFOLLOW));
    SAY(syscall(SYS_execveat, fd, "", some, none, 0));
    SAY(syscall(SYS_execveat, 99, "", some, none, AT_EMPTY_PATH));
    SAY(syscall(SYS_execveat, 99, "x", some, none, 0));
    SAY(syscall(SYS_execveat, fd, "x", some, none, 0));
    SAY(syscall(SYS_execveat, AT_FDCWD, "link", some, none, 0x4000));
    SAY(syscall(SYS_execveat, AT_FDCWD, (void *)1, some, none, 0));
    SAY(execve("/bin/true", (void *)1, none));
    SAY(execve("", some, none));
    SAY(execve("/bin/true/x", some, none));
    int script = open("script", O_CREAT | O_RDWR, 0755);
    write(script, "#!/bin/sh\necho $0 | sed 's/[0-9]*$//'\n", 38);
    close(script);
    script = open("script", O_RDONLY);
    if (fork() == 0) {
        SAY(syscall(SYS_execveat, script, "", some, environ, AT_EMPTY_PATH));
        _exit(50);
    }
    wait(&status);
    fcntl(script, F_SETFD, FD_CLOEXEC);
    SAY(syscall(SYS_execveat, script, "", some, environ, AT_EMPTY_PATH));
}
