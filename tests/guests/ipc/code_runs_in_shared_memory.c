#include "../guest.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static unsigned char code[] = {0xb8, 7, 0, 0, 0, 0xc3};
int main(void) {
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0700), status, go[2], back[2];
    unsigned char *p = shmat(id, 0, SHM_EXEC), *w = shmat(id, 0, 0);
    pipe(go), pipe(back);
    memcpy(w, code, 6);
    int (*f)(void) = (void *)p;
    say("%d", f());
    w[1] = 8;
    say("%d", f());
    char c;
    if (fork() == 0) {
        f();
        for (int i = 0; i < 3; i++) {
            read(go[0], &c, 1);
            say("child %d", f());
            write(back[1], "x", 1);
        }
        _exit(0);
    }
    for (int i = 0; i < 3; i++) {
        w[1] = 20 + i;
        write(go[1], "x", 1);
        read(back[0], &c, 1);
    }
    wait(&status);
    say("%d", f());
    shmdt(p);
    shmdt(w);
    SAY(shmctl(id, IPC_RMID, 0));
}
