#include "../guest.h"
#include <sys/fanotify.h>

int main(void) {
    int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK | FAN_CLOEXEC, O_RDONLY);
    if (fd < 0)
        return SKIP;
    mkdir("d", 0755);
    SAY(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN | FAN_CLOSE_WRITE | FAN_EVENT_ON_CHILD, AT_FDCWD, "d"));
    SAY(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "none"));
    SAY(fanotify_mark(fd, FAN_MARK_ADD, 0, AT_FDCWD, "d"));
    close(open("d/file", O_CREAT | O_WRONLY, 0600));
    char buffer[4096];
    ssize_t n = read(fd, buffer, sizeof buffer);
    for (struct fanotify_event_metadata *e = (void *)buffer; FAN_EVENT_OK(e, n); e = FAN_EVENT_NEXT(e, n)) {
        char path[64], name[256] = "";
        sprintf(path, "/proc/self/fd/%d", e->fd);
        readlink(path, name, 255);
        say("mask %llx mine %d %s", e->mask, e->pid == getpid(), strrchr(name, '/'));
        close(e->fd);
    }
    SAY(read(fd, buffer, sizeof buffer));
    SAY(fanotify_mark(fd, FAN_MARK_FLUSH, 0, AT_FDCWD, "."));
    SAY(fanotify_mark(1, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, "d"));
}
