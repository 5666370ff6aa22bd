#include "../guest.h"
#include <sys/inotify.h>

static void events(int fd) {
    char buffer[4096];
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0)
        say("none: %s", strerrorname_np(errno));
    for (char *at = buffer; at < buffer + n;) {
        struct inotify_event *e = (void *)at;
        say("watch %d mask %x cookie %d %s", e->wd, e->mask, e->cookie != 0, e->len ? e->name : "-");
        at += sizeof *e + e->len;
    }
}
int main(void) {
    mkdir("d", 0755);
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    SAY(inotify_add_watch(fd, "d", IN_ALL_EVENTS));
    SAY(inotify_add_watch(fd, "none", IN_ALL_EVENTS));
    SAY(inotify_add_watch(fd, "d", 0));
    SAY(inotify_add_watch(1, "d", IN_CREATE));
    events(fd);
    int f = open("d/f", O_CREAT | O_WRONLY, 0600);
    write(f, "x", 1);
    close(f);
    events(fd);
    rename("d/f", "d/g");
    unlink("d/g");
    events(fd);
    SAY(inotify_rm_watch(fd, 1));
    events(fd);
    SAY(inotify_rm_watch(fd, 1));
    SAY(inotify_init1(1));
}
