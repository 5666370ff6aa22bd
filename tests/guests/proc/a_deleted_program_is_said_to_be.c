// toolchain: dynamic-glibc
#include "../guest.h"

int main(int argc, char **argv) {
    char path[4096], target[4096] = "";
    if (argc == 1) {
        int from = open("/proc/self/exe", O_RDONLY), to = open("copy", O_CREAT | O_WRONLY, 0755);
        while (copy_file_range(from, 0, to, 0, 1 << 20, 0) > 0)
            ;
        close(to);
        execl("./copy", "copy", "again", (char *)0);
        die("execl");
    }
    readlink("/proc/self/exe", target, 4095);
    say("%s", strrchr(target, '/'));
    SAY(rename("copy", "renamed"));
    memset(target, 0, 4096);
    readlink("/proc/self/exe", target, 4095);
    say("%s", strrchr(target, '/'));
    SAY(unlink("renamed"));
    memset(target, 0, 4096);
    readlink("/proc/self/exe", target, 4095);
    say("%s", strrchr(target, '/'));
    int fd = open("/proc/self/exe", O_RDONLY);
    SAY(read(fd, path, 4));
    say("%.3s", path + 1);
    struct stat s;
    SAY(stat("/proc/self/exe", &s));
    say("links %d", (int)s.st_nlink);
    if (argc == 2) {
        execl("/proc/self/exe", "third", "x", "y", (char *)0);
        die("execl");
    }
}
