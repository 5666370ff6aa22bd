#include "../guest.h"

static int ends[2];

static void *reader(void *argument) {
    char c;
    if (read(ends[0], &c, 1))
        say("read");
    return 0;
}

static void *spinner(void *argument) {
    while (1)
        ;
}

static void *ender(void *argument) {
    nap(30);
    exit(17);
}

int main(void) {
    if (pipe(ends))
        die("pipe");
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        pthread_create(&thread, 0, reader, 0);
        pthread_create(&thread, 0, spinner, 0);
        pthread_create(&thread, 0, ender, 0);
        reader(0);
    }
    int status;
    waitpid(child, &status, 0);
    say_status("child", status);
}
