#include "../guest.h"
#include <sys/ipc.h>
#include <sys/sem.h>

int main(void) {
    int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600), status;
    unsigned short all[3] = {1, 2, 3};
    SAY(semctl(id, 0, SETALL, all));
    struct sembuf ops[2] = {{0, -1, IPC_NOWAIT}, {1, 5, 0}};
    SAY(semop(id, ops, 2));
    SAY(semop(id, ops, 2));
    all[1] = 0;
    SAY(semctl(id, 0, GETALL, all));
    say("%d %d %d", all[0], all[1], all[2]);
    SAY(semctl(id, 2, GETVAL));
    SAY(semctl(id, 2, SETVAL, 9));
    SAY(semctl(id, 2, GETPID) == getpid());
    SAY(semctl(id, 9, GETVAL));
    if (fork() == 0) {
        struct sembuf u = {2, -4, SEM_UNDO};
        SAY(semop(id, &u, 1));
        SAY(semctl(id, 2, GETVAL));
        _exit(0);
    }
    wait(&status);
    SAY(semctl(id, 2, GETVAL));
    if (fork() == 0) {
        struct sembuf w = {0, -1, 0};
        _exit(semop(id, &w, 1) == 0 ? 3 : 4);
    }
    nap(30);
    SAY(semctl(id, 0, GETNCNT));
    struct sembuf one = {0, 1, 0};
    SAY(semop(id, &one, 1));
    wait(&status);
    say_status("waiter", status);
    struct timespec t = {0, 10000000};
    struct sembuf w = {0, -1, 0};
    SAY(semtimedop(id, &w, 1, &t));
    struct semid_ds d;
    SAY(semctl(id, 0, IPC_STAT, &d));
    say("%ld", (long)d.sem_nsems);
    SAY(semop(id, (void *)1, 1));
    SAY(semop(id, &w, 0));
    SAY(semctl(id, 0, SETALL, (void *)1));
    SAY(semctl(id, 0, IPC_RMID));
    SAY(semop(id, &w, 1));
}
