#include "../guest.h"

#include <dirent.h>
static volatile int spinning;

static void *spinner(void *argument) {
    spinning = 1;
    while (1)
        ;
}

static void *reader(void *argument) {
    int ends[2];
    char c;
    return pipe(ends) || read(ends[0], &c, 1) ? "" : 0;
}

static void *executor(void *argument) {
    char pid[20];
    snprintf(pid, sizeof pid, "%d", getpid());
    execl("/proc/self/exe", "again", pid, (char *)0);
    die("execl");
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1) {
        int count = 0;
        DIR *directory = opendir("/proc/self/task");
        for (struct dirent *entry; (entry = readdir(directory));)
            count += entry->d_name[0] != '.';
        say("same process %d leader %d threads %d", atoi(argv[1]) == getpid(), getpid() == gettid(), count);
        return 0;
    }
    for (int from_thread = 0; from_thread < 2; from_thread++) {
        pid_t child = fork();
        if (!child) {
            pthread_t thread;
            pthread_create(&thread, 0, spinner, 0);
            pthread_create(&thread, 0, reader, 0);
            pthread_create(&thread, 0, reader, 0);
            while (!spinning)
                nap(1);
            if (!from_thread)
                executor(0);
            pthread_create(&thread, 0, executor, 0);
            pause();
        }
        int status;
        waitpid(child, &status, 0);
        say_status("child", status);
    }
}
