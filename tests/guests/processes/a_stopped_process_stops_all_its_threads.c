#include "../guest.h"

static volatile int *counter;

static void *count(void *argument) {
    while (1)
        ++*counter;
}

int main(void) {
    counter = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        pthread_create(&thread, 0, count, 0);
        count(0);
    }
    while (!*counter)
        nap(1);
    kill(child, SIGSTOP);
    int status;
    waitpid(child, &status, WUNTRACED);
    say_status("child", status);
    int before = *counter;
    nap(30);
    say("stands still %d", before == *counter);
    kill(child, SIGCONT);
    waitpid(child, &status, WCONTINUED);
    say_status("child", status);
    before = *counter;
    for (int i = 0; i < 500 && before == *counter; i++)
        nap(2);
    say("goes on %d", before != *counter);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    say_status("child", status);
}
