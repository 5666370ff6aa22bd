#include "../guest.h"
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void) {
    int id = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0600), status;
    char *a = shmat(id, 0, 0), *b = shmat(id, 0, SHM_RDONLY);
    say("attached %d %d", a != (void *)-1, b != (void *)-1 && a != b);
    strcpy(a, "shared");
    say("%s", b);
    struct shmid_ds d;
    SAY(shmctl(id, IPC_STAT, &d));
    say("size %ld attached %ld", (long)d.shm_segsz, (long)d.shm_nattch);
    if (fork() == 0) {
        strcpy(a, "by child");
        SAY(shmdt(b));
        _exit(0);
    }
    wait(&status);
    say("%s", b);
    SAY(shmat(id, a + 1, 0) == (void *)-1 ? -1 : 0);
    SAY(shmat(id, a, 0) == (void *)-1 ? -1 : 0);
    SAY(shmat(id, a, SHM_REMAP) == a);
    char *room = mmap(0, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(room, 65536);
    SAY(shmat(id, room + 100, SHM_RND) == room);
    say("%s", room);
    SAY(shmdt(room));
    SAY(write(1, room, 1));
    SAY(shmdt(room));
    SAY(shmdt(room + 1));
    SAY(shmctl(id, IPC_RMID, 0));
    say("still %s", a);
    SAY(shmdt(a));
    SAY(shmdt(b));
    SAY(shmat(id, 0, 0) == (void *)-1 ? -1 : 0);
    SAY(shmget(IPC_PRIVATE, 0, 0600));
    SAY(shmctl(-1, IPC_STAT, &d));
    SAY(shmctl(0, 99, &d));
}
