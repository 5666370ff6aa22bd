#include "../guest.h"
#include <sys/ipc.h>
#include <sys/msg.h>

struct m { long type; char text[1000]; };
static void nothing(int s, siginfo_t *i, void *c) {}
int main(void) {
    int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600), status, n = 0;
    struct m m = {1, "x"};
    while (msgsnd(id, &m, 1000, IPC_NOWAIT) == 0)
        n++;
    say("full after some %d: %s", n > 1, strerrorname_np(errno));
    handle(SIGALRM, nothing, 0);
    struct itimerval t = {{0, 0}, {0, 30000}};
    setitimer(ITIMER_REAL, &t, 0);
    SAY(msgsnd(id, &m, 1000, 0));
    pid_t child = fork();
    if (child == 0) {
        m.type = 9;
        SAY(msgsnd(id, &m, 1000, 0));
        _exit(0);
    }
    nap(40);
    int taken = msgrcv(id, &m, 1000, 0, 0);
    waitpid(child, &status, 0);
    say("taken %d", taken);
    SAY(msgrcv(id, &m, 1000, 9, 0));
    child = fork();
    if (child == 0) {
        SAY(msgrcv(id, &m, 1000, 5, 0));
        _exit(0);
    }
    nap(40);
    int removed = msgctl(id, IPC_RMID, 0);
    waitpid(child, &status, 0);
    say("removed %d", removed);
}
