#include "../guest.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static char text[8192];
static const char *slurp(const char *path) {
    int fd = open(path, O_RDONLY), n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n < 0 ? 0 : n] = 0;
    return n < 0 ? strerrorname_np(errno) : text;
}
int main(void) {
    char path[64];
    slurp("/proc/self/mountinfo");
    say("mountinfo has a root %d", strstr(text, " / / ") != 0);
    say("oom %s", slurp("/proc/self/oom_score_adj"));
    int fd = open("/proc/self/oom_score_adj", O_WRONLY);
    SAY(write(fd, "5", 1));
    say("oom %s", slurp("/proc/self/oom_score_adj"));
    say("loginuid %d", slurp("/proc/self/loginuid")[0] != 0);
    say("cgroup %d", strchr(slurp("/proc/self/cgroup"), ':') != 0);
    say("wchan %d", slurp("/proc/self/wchan")[0] != 0);
    slurp("/proc/self/io");
    say("%d", !strncmp(text, "rchar:", 6));
    slurp("/proc/self/schedstat");
    say("%d", atoll(text) > 0);
    int e = eventfd(7, 0), ep = epoll_create1(0);
    struct epoll_event ev = {EPOLLIN, {.u64 = 9}};
    epoll_ctl(ep, EPOLL_CTL_ADD, e, &ev);
    sprintf(path, "/proc/self/fdinfo/%d", e);
    say("%d", strstr(slurp(path), "eventfd-count:") != 0);
    sprintf(path, "/proc/self/fdinfo/%d", ep);
    say("%d", strstr(slurp(path), "tfd:") != 0);
    char link[256] = "";
    readlink("/proc/self/ns/mnt", link, 255);
    say("%.5s", link);
    memset(link, 0, 256);
    readlink("/proc/self/root", link, 255);
    say("%s", link);
    memset(link, 0, 256);
    char here[256];
    readlink("/proc/self/cwd", link, 255);
    say("cwd agrees %d", !strcmp(link, getcwd(here, 256)));
    SAY(access("/proc/self/task", X_OK));
    SAY(open("/proc/self/fd/99", O_RDONLY));
    SAY(open("/proc/999999999/status", O_RDONLY));
    SAY(slurp("/proc/self/mem")[0] == 'E');
}
