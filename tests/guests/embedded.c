// Threads, signals and children, in an order that is always the same. With an argument it crashes.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count, ends[2];
static volatile int got;
volatile int *volatile nowhere;

static void handler(int signo) { got = signo; }

__attribute__((noinline)) void *worker(void *number) {
    char byte;
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&lock);
        count++;
        pthread_mutex_unlock(&lock);
    }
    if (read(ends[0], &byte, 1) != 1) abort();
    return number;
}

__attribute__((noinline)) int crash(void) { return *nowhere; }

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 1000);
    if (argc > 1) return crash();
    pthread_t threads[4];
    long sum = 0;
    int status;
    char byte;
    if (pipe(ends)) return 1;
    for (long i = 0; i < 4; i++) pthread_create(&threads[i], NULL, worker, (void *)i);
    if (write(ends[1], "abcd", 4) != 4) return 1;
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    printf("threads counted to %d, results %ld\n", count, sum);
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGCHLD, &action, NULL);
    struct itimerval soon = {.it_value = {0, 50000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    int result = (int)read(ends[0], &byte, 1);
    printf("read %d, EINTR %d, signal %d\n", result, errno == EINTR, got);
    raise(SIGUSR1);
    printf("raised %d\n", got);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), SIGUSR2);
    sigpending(&set);
    printf("pending %d\n", sigismember(&set, SIGUSR2));
    sigwait(&set, &status);
    printf("waited for %d\n", status == SIGUSR2);
    pid_t child = fork();
    if (child == 0) {
        kill(getpid(), SIGUSR1);
        printf("the child got %d\n", got);
        _exit(5);
    }
    result = waitpid(child, &status, 0);
    printf("it ended with %d, signal %d\n", WEXITSTATUS(status), got);
    child = vfork();
    if (child == 0) {
        execl("/bin/echo", "echo", "another program", (char *)0);
        _exit(9);
    }
    waitpid(child, &status, 0);
    printf("which ended with %d\n", WEXITSTATUS(status));
    fflush(stdout);
    close(ends[0]);
    status = (int)write(ends[1], "x", 1);
    printf("not reached\n");
    return 0;
}
