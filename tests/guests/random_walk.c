/* A random program: what it does follows from its seed, and from what the kernel tells it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define MOST 12

static unsigned long long state;
static volatile unsigned long caught, counted;
static unsigned long results[64];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
volatile unsigned long variable;

static unsigned next(unsigned below) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(state >> 33) % below;
}

static void on_signal(int number, siginfo_t *info, void *context) {
    caught += number;
    results[number & 63] ^= (unsigned long)info->si_code + (context != 0);
}

static void *worker(void *argument) {
    unsigned long mine = (unsigned long)argument;
    for (int i = 0; i < 12; i++) {
        pthread_mutex_lock(&mutex);
        counted += mine + i;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&mutex);
        for (volatile int k = 0; k < 300; k++)
            results[mine & 63] += k;
        if (i % 4 == 3)
            usleep(50);
    }
    return (void *)counted;
}

int main(int argc, char **argv) {
    unsigned char *places[MOST] = {0};
    size_t sizes[MOST] = {0};
    int pipes[2];
    double sum = 0;
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct itimerval often = {{0, 2000}, {0, 1000}};
    pthread_t threads[3];
    int rounds = argc > 2 ? atoi(argv[2]) : 400;

    state = argc > 1 ? strtoull(argv[1], 0, 10) : 1;
    sigaction(SIGUSR1, &action, 0);
    sigaction(SIGALRM, &action, 0);
    // in another future, what was in a pipe is gone: who would wait for it, would wait for ever
    if (pipe2(pipes, O_NONBLOCK))
        return 1;
    setitimer(ITIMER_REAL, &often, 0);
    for (unsigned long i = 0; i < 3; i++)
        pthread_create(&threads[i], 0, worker, (void *)(i + 1));
    for (int i = 0; i < rounds; i++) {
        unsigned slot = next(MOST);
        unsigned char *p = places[slot];
        switch (next(14)) {
        case 0:
            if (!p) {
                sizes[slot] = (1 + next(5)) * PAGE;
                places[slot] = mmap(0, sizes[slot], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            }
            break;
        case 1:
            if (p) {
                munmap(p, sizes[slot]);
                places[slot] = 0;
            }
            break;
        case 2:
            if (p) {
                mprotect(p, PAGE, PROT_READ);
                results[1] += p[next(PAGE)];
                mprotect(p, PAGE, PROT_READ | PROT_WRITE);
            }
            break;
        case 3:
            if (p) {
                unsigned char *moved = mremap(p, sizes[slot], sizes[slot] + PAGE, MREMAP_MAYMOVE);
                if (moved != MAP_FAILED) {
                    places[slot] = moved;
                    sizes[slot] += PAGE;
                }
            }
            break;
        case 4:
            if (p)
                madvise(p, sizes[slot], MADV_DONTNEED);
            break;
        case 5: {
            struct timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            results[2] += now.tv_nsec;
            break;
        }
        case 6: {
            unsigned long words[4];
            if (getentropy(words, sizeof words) == 0)
                results[3] ^= words[next(4)];
            break;
        }
        case 7: {
            char text[64];
            ssize_t n;
            snprintf(text, sizeof text, "%lu %lu", results[next(64)], caught);
            n = write(pipes[1], text, strlen(text));
            n += read(pipes[0], text, sizeof text);
            results[4] += n + text[0];
            break;
        }
        case 8:
            raise(SIGUSR1);
            break;
        case 9:
            if (p)
                memset(p + next(PAGE), next(256), next(sizes[slot] - PAGE + 1));
            break;
        case 10:
            for (unsigned k = 0; k < 50; k++)
                sum += 1.0 / (k + next(9) + 1);
            break;
        case 11: {
            void *block = malloc(next(20000) + 1);
            memset(block, i, 16);
            free(block);
            break;
        }
        case 12: {
            unsigned a, d;
            __asm__ volatile("rdtsc" : "=a"(a), "=d"(d));
            results[5] ^= a + d;
            break;
        }
        default:
            variable = i;
            for (unsigned k = 0; p && k < 64; k++)
                p[(k * 67) % sizes[slot]] += k;
        }
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], 0);
    for (int i = 0; i < 64; i++)
        results[0] = results[0] * 31 + results[i];
    printf("%lu %g %lu\n", results[0], sum, counted);
    return 0;
}
