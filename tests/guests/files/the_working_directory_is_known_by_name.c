#include "../guest.h"

int main(void) {
    char path[4096], start[4096];
    getcwd(start, sizeof start);
    mkdir("sub", 0755);
    SAY(chdir("sub"));
    SAY(syscall(SYS_getcwd, path, 4096) > 4);
    say("%s", strrchr(path, '/'));
    SAY(syscall(SYS_getcwd, path, 3));
    SAY(syscall(SYS_getcwd, (void *)1, 4096));
    SAY(syscall(SYS_getcwd, path, 0));
    SAY(chdir("none"));
    SAY(chdir(""));
    SAY(chdir((void *)1));
    int fd = open("..", O_RDONLY);
    SAY(fchdir(fd));
    SAY(strcmp(getcwd(path, 4096), start));
    SAY(fchdir(1));
    SAY(fchdir(99));
    chdir("sub");
    rmdir("../sub");
    SAY(syscall(SYS_getcwd, path, 4096));
    SAY(open("x", O_CREAT | O_WRONLY, 0600));
    SAY(chdir(".."));
    SAY(strcmp(getcwd(path, 4096), start));
    close(open("file", O_CREAT | O_WRONLY, 0600));
    SAY(chdir("file"));
}
