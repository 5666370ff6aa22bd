#include "../guest.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void) {
    key_t key = 0x62000000 + getpid();
    int status, id = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);
    SAY(shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600));
    SAY(shmget(key, 4096, 0) == id);
    SAY(shmget(key, 8192, 0));
    int *p = shmat(id, 0, 0);
    p[0] = 41;
    if (fork() == 0) {
        int *q = shmat(shmget(key, 0, 0), 0, 0);
        q[0]++;
        _exit(0);
    }
    wait(&status);
    say("%d", p[0]);
    struct shmid_ds d;
    shmctl(id, IPC_STAT, &d);
    say("attached %ld by %d", (long)d.shm_nattch, d.shm_lpid == getpid());
    d.shm_perm.mode = 0400;
    SAY(shmctl(id, IPC_SET, &d));
    shmctl(id, IPC_STAT, &d);
    say("%o", d.shm_perm.mode & 0777);
    SAY(shmctl(id, SHM_LOCK, 0));
    SAY(munmap(p, 4096));
    shmctl(id, IPC_STAT, &d);
    say("attached %ld", (long)d.shm_nattch);
    SAY(shmctl(id, IPC_STAT, (void *)1));
    SAY(shmctl(id, IPC_RMID, 0));
    SAY(shmget(key, 0, 0));
}
