#include "../guest.h"
#include <dirent.h>

static int ready[2];
static pid_t other;
static void *thread(void *argument) {
    char c;
    other = gettid();
    prctl(PR_SET_NAME, "a thread");
    write(ready[1], "x", 1);
    read(ready[0] + 0, &c, 0);
    pause();
    return 0;
}
int main(void) {
    pthread_t t;
    char c, path[64], text[2048] = "";
    pipe(ready);
    pthread_create(&t, 0, thread, 0);
    read(ready[0], &c, 1);
    DIR *d = opendir("/proc/self/task");
    int n = 0, mine = 0, its = 0;
    for (struct dirent *e; (e = readdir(d));) {
        n += e->d_name[0] != '.';
        mine += atoi(e->d_name) == getpid();
        its += atoi(e->d_name) == other;
    }
    say("%d threads %d %d", n, mine, its);
    sprintf(path, "/proc/self/task/%d/comm", other);
    read(open(path, O_RDONLY), text, 100);
    say("%s", text);
    sprintf(path, "/proc/self/task/%d/status", other);
    read(open(path, O_RDONLY), text, 2047);
    say("%.14s pid %d", text, atoi(strstr(text, "\nPid:") + 6) == other);
    say("Threads %d", atoi(strstr(text, "\nThreads:") + 10));
    sprintf(path, "/proc/%d/status", other);
    say("by its number %d", access(path, F_OK));
    memset(text, 0, 100);
    int r = readlink("/proc/thread-self", text, 100);
    char expected[64];
    sprintf(expected, "%d/task/%d", getpid(), gettid());
    say("thread-self %d", r > 0 && !strcmp(text, expected));
    sprintf(path, "/proc/self/task/%d/maps", other);
    say("maps %d", open(path, O_RDONLY) > 0);
}
