#include "../guest.h"

#include <dirent.h>
static int threads_now(void) {
    int count = 0;
    DIR *directory = opendir("/proc/self/task");
    for (struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static void *sleeper(void *argument) {
    nap(10000);
    return 0;
}

static void *forker(void *argument) {
    pid_t tid = gettid(), child = fork();
    if (!child) {
        say("child: threads %d leads itself %d", threads_now(), getpid() == gettid());
        pthread_t thread;
        pthread_create(&thread, 0, sleeper, 0);
        say("child: threads %d", threads_now());
        _exit(4);
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
    say("parent: same thread %d", tid == gettid());
    return 0;
}

int main(void) {
    pthread_t threads[3];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], 0, sleeper, 0);
    pthread_create(&threads[2], 0, forker, 0);
    pthread_join(threads[2], 0);
}
