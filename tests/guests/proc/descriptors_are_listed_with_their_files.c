#include "../guest.h"
#include <dirent.h>
#include <sys/epoll.h>

static void link_of(int fd) {
    char path[64], text[256] = "";
    sprintf(path, "/proc/self/fd/%d", fd);
    int n = readlink(path, text, 255);
    char *colon = strchr(text, ':'), *slash = strrchr(text, '/');
    if (colon)
        *colon = 0;
    say("%d: %s", fd, n < 0 ? strerrorname_np(errno) : slash ? slash : text);
}
int main(void) {
    int fd = open("file", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600), p[2], s = socket(AF_UNIX, SOCK_STREAM, 0);
    pipe(p);
    write(fd, "12345", 5);
    link_of(fd);
    link_of(p[0]);
    link_of(s);
    link_of(epoll_create1(0));
    link_of(memfd_create("mem", 0));
    link_of(99);
    DIR *d = opendir("/proc/self/fd");
    int n = 0, largest = 0;
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.' && atoi(e->d_name) < 100)
            n++, largest = atoi(e->d_name) > largest ? atoi(e->d_name) : largest;
    say("%d descriptors up to %d", n, largest);
    char text[1024] = "", path[64];
    sprintf(path, "/proc/self/fdinfo/%d", fd);
    read(open(path, O_RDONLY), text, 1023);
    text[strcspn(text, "m")] = 0;
    say("%s", text);
    sprintf(path, "/proc/self/fd/%d", fd);
    int again = open(path, O_RDONLY);
    SAY(read(again, text, 3));
    SAY(lseek(fd, 0, SEEK_CUR));
    SAY(dup2(fd, 50));
    link_of(50);
    say("/dev/fd %d", access("/dev/fd/50", F_OK));
}
