#include "../guest.h"

static void *work(void *argument) {
    char name[32] = {0};
    prctl(PR_SET_NAME, "a name that is too long");
    prctl(PR_GET_NAME, name);
    say("thread: pid same %d tid differs %d name %s", getpid() == *(pid_t *)argument, gettid() != getpid(), name);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", gettid());
    int fd = open(path, O_RDWR);
    ssize_t n = read(fd, name, sizeof name);
    say("comm %.*s", (int)n - 1, name);
    close(fd);
    return 0;
}

int main(void) {
    pid_t pid = getpid();
    pthread_t thread;
    pthread_create(&thread, 0, work, &pid);
    pthread_join(thread, 0);
    char name[32] = {0};
    prctl(PR_SET_NAME, "first");
    prctl(PR_GET_NAME, name);
    say("main: tid same %d name %s", gettid() == getpid(), name);
    pthread_setname_np(pthread_self(), "renamed");
    pthread_getname_np(pthread_self(), name, sizeof name);
    say("%s", name);
}
