// 200 threads contend for mutexes, pipes and signals. argv[1]: seconds.
#include "../guests/guest.h"

enum { THREADS = 200, LOCKS = 8, PIPES = 8 };
static pthread_mutex_t locks[LOCKS];
static long counters[LOCKS];
static int pipes[PIPES][2];
static pthread_t threads[THREADS];
static _Atomic int stop, handled;
static _Atomic long done, sent, received;

static void handler(int signo, siginfo_t *info, void *context) {
    handled++;
}

static void *work(void *argument) {
    long me = (long)argument, added = 0;
    unsigned seed = me;
    while (!stop) {
        int which = rand_r(&seed) % LOCKS;
        pthread_mutex_lock(&locks[which]);
        counters[which]++, added++;
        pthread_mutex_unlock(&locks[which]);
        int *ends = pipes[rand_r(&seed) % PIPES];
        char byte = 1;
        if (rand_r(&seed) & 1) {
            if (write(ends[1], &byte, 1) == 1)
                sent++;
        } else if (read(ends[0], &byte, 1) == 1) {
            received++;
        }
        if (rand_r(&seed) % 16 == 0)
            pthread_kill(threads[rand_r(&seed) % THREADS], SIGUSR1);
        if (rand_r(&seed) % 64 == 0)
            sched_yield();
    }
    done += added;
    return 0;
}

int main(int argc, char **argv) {
    handle(SIGUSR1, handler, SA_RESTART);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&locks[i], 0);
    for (int i = 0; i < PIPES; i++)
        if (pipe2(pipes[i], O_NONBLOCK))
            die("pipe");
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 65536);
    for (long i = 0; i < THREADS; i++)
        threads[i] = pthread_self();
    for (long i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], &attributes, work, (void *)i))
            die("pthread_create");
    long end = now() + atoi(argv[1]) * 1000l;
    while (now() < end)
        nap(50);
    stop = 1;
    long sum = 0, left = 0;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], 0);
    for (int i = 0; i < LOCKS; i++)
        sum += counters[i];
    char byte;
    for (int i = 0; i < PIPES; i++)
        while (read(pipes[i][0], &byte, 1) == 1)
            left++;
    fprintf(stderr, "%ld turns, %d signals handled\n", sum, handled);
    say("counted as often as done %d, nothing lost in pipes %d", sum == done && sum > 0, sent == received + left);
}
