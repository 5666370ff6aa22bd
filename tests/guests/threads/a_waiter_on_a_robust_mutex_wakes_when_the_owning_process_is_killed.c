#include "../guest.h"

int main(void) {
    pthread_mutex_t *mutex = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    for (int how = 0; how < 5; how++) {
        pthread_mutex_init(mutex, &attributes);
        int ends[2];
        if (pipe(ends))
            die("pipe");
        pid_t child = fork();
        if (!child) {
            pthread_mutex_lock(mutex);
            if (write(ends[1], "x", 1) != 1)
                die("write");
            nap(40);
            if (how == 0)
                _exit(0);
            if (how == 1)
                raise(SIGTERM);
            if (how == 2)
                *(volatile int *)0 = 0;
            if (how == 3)
                execl("/bin/true", "true", (char *)0);
            pause();
        }
        char c;
        if (read(ends[0], &c, 1) != 1)
            die("read");
        if (how == 4) {
            nap(30);
            kill(child, SIGKILL);
        }
        say("%d: lock %s", how, strerrorname_np(pthread_mutex_lock(mutex)));
        pthread_mutex_consistent(mutex);
        pthread_mutex_unlock(mutex);
        int status;
        waitpid(child, &status, 0);
        say_status("child", status);
    }
}
