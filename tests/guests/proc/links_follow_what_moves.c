#include "../guest.h"

int main(void) {
    char text[4096] = "", start[4096];
    getcwd(start, sizeof start);
    mkdir("a", 0755);
    chdir("a");
    SAY(rename("../a", "../b"));
    SAY(readlink("/proc/self/cwd", text, 4095) > 0);
    say("%s", strrchr(text, '/'));
    int fd = open("file", O_CREAT | O_WRONLY, 0600);
    rename("file", "other");
    char path[64];
    sprintf(path, "/proc/self/fd/%d", fd);
    memset(text, 0, sizeof text);
    readlink(path, text, 4095);
    say("%s", strrchr(text, '/'));
    unlink("other");
    memset(text, 0, sizeof text);
    readlink(path, text, 4095);
    say("%s", strrchr(text, '/'));
    SAY(access(path, F_OK));
    struct stat s;
    SAY(stat(path, &s));
    SAY(lstat(path, &s));
    say("%o", s.st_mode);
    SAY(truncate(path, 5));
    fstat(fd, &s);
    say("%ld", (long)s.st_size);
    SAY(rmdir("../b"));
    memset(text, 0, sizeof text);
    readlink("/proc/self/cwd", text, 4095);
    say("%s", strrchr(text, '/'));
    SAY(readlink("/proc/self/exe", text, 0));
    SAY(readlink("/proc/self/exe", text, 3));
    SAY(readlink("/proc/self/exe", (void *)1, 300));
    SAY(lstat("/proc/self/exe", &s));
    say("%o", s.st_mode & S_IFMT);
    SAY(open("/proc/self/exe", O_WRONLY | O_NOFOLLOW));
}
