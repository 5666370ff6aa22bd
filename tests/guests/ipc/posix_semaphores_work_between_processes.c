#include "../guest.h"
#include <semaphore.h>

int main(void) {
    char name[32];
    int status;
    sprintf(name, "/guest-%d", getpid());
    sem_t *s = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
    if (s == SEM_FAILED)
        return SKIP;
    sem_t *shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    SAY(sem_init(shared, 1, 0));
    if (fork() == 0) {
        sem_wait(s);
        say("child goes");
        sem_post(shared);
        _exit(0);
    }
    nap(30);
    say("parent first");
    int posted = sem_post(s);
    SAY(sem_wait(shared));
    say("posted %d", posted);
    wait(&status);
    SAY(sem_trywait(s));
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += 20000000;
    if (t.tv_nsec >= 1000000000)
        t.tv_sec++, t.tv_nsec -= 1000000000;
    SAY(sem_timedwait(s, &t));
    SAY(sem_unlink(name));
    SAY(sem_unlink(name));
    int v;
    sem_getvalue(shared, &v);
    say("%d", v);
}
