#include "../guest.h"
#include <sys/ipc.h>
#include <sys/sem.h>

static int id;
static void change(int by) { struct sembuf b = {0, by, 0}; semop(id, &b, 1); }
int main(void) {
    int status, *count = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    id = semget(IPC_PRIVATE, 1, 0600 | IPC_CREAT);
    semctl(id, 0, SETVAL, 1);
    for (int k = 0; k < 4; k++)
        if (fork() == 0) {
            for (int i = 0; i < 100; i++) {
                change(-1);
                int v = *(volatile int *)count;
                *(volatile int *)count = v + 1;
                change(1);
            }
            _exit(0);
        }
    while (wait(&status) > 0)
        ;
    say("%d", *count);
    struct sembuf zero = {0, 0, 0};
    pid_t child = fork();
    if (child == 0) {
        semop(id, &zero, 1);
        say("zero at last");
        _exit(0);
    }
    nap(30);
    SAY(semctl(id, 0, GETZCNT));
    change(-1);
    waitpid(child, &status, 0);
    child = fork();
    if (child == 0) {
        SAY(semop(id, (struct sembuf[]){{0, -5, 0}}, 1));
        _exit(0);
    }
    nap(30);
    int removed = semctl(id, 0, IPC_RMID);
    waitpid(child, &status, 0);
    say("removed %d", removed);
}
