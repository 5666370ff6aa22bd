// Makes threads, children, files and shared memory without end, until it is killed.
#include "../guests/guest.h"

static void *work(void *argument) {
    char *shared = mmap(0, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0;; i++) {
        shared[i % (1 << 16)]++;
        int fd = memfd_create("victim", 0);
        close(fd);
        if (i % 100 == 0) {
            pid_t child = fork();
            if (!child) {
                if (i % 200)
                    execl("/proc/self/exe", "victim", "child", (char *)0);
                _exit(0);
            }
            waitpid(child, 0, 0);
        }
    }
}

int main(int argc, char **argv) {
    if (argc > 1)
        return 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], 0, work, 0);
    work(0);
}
