#include "../guest.h"
#include <sys/ipc.h>
#include <sys/msg.h>

struct m { long type; char text[16]; };
int main(void) {
    int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    struct m m = {1, "one"};
    SAY(msgsnd(id, &m, 4, 0));
    m = (struct m){2, "two"};
    SAY(msgsnd(id, &m, 4, 0));
    m = (struct m){3, "three"};
    SAY(msgsnd(id, &m, 6, 0));
    SAY(msgrcv(id, &m, 16, 2, 0));
    say("%ld %s", m.type, m.text);
    SAY(msgrcv(id, &m, 3, 3, 0));
    SAY(msgrcv(id, &m, 3, 3, MSG_NOERROR));
    say("%.3s", m.text);
    SAY(msgrcv(id, &m, 16, -5, 0));
    say("%ld %s", m.type, m.text);
    SAY(msgrcv(id, &m, 16, 0, IPC_NOWAIT));
    m.type = 0;
    SAY(msgsnd(id, &m, 4, 0));
    m.type = 1;
    SAY(msgsnd(id, &m, -1, 0));
    SAY(msgsnd(id, (void *)1, 4, 0));
    SAY(msgsnd(id, &m, 4, 0));
    SAY(msgrcv(id, (void *)1, 16, 0, 0));
    struct msqid_ds d;
    SAY(msgctl(id, IPC_STAT, &d));
    say("%ld left", (long)d.msg_qnum);
    d.msg_qbytes = 8;
    SAY(msgctl(id, IPC_SET, &d));
    SAY(msgsnd(id, &m, 16, IPC_NOWAIT));
    SAY(msgctl(id, IPC_RMID, 0));
    SAY(msgrcv(id, &m, 16, 0, 0));
}
