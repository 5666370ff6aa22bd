#include "../guest.h"
#include <mqueue.h>

int main(void) {
    char name[32], text[16] = "";
    sprintf(name, "/guest-%d", getpid());
    struct mq_attr a = {.mq_maxmsg = 3, .mq_msgsize = 16}, got;
    mqd_t q = mq_open(name, O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK, 0600, &a);
    if (q < 0)
        return SKIP;
    unsigned priority;
    SAY(mq_send(q, "low", 4, 1));
    SAY(mq_send(q, "high", 5, 9));
    SAY(mq_send(q, "low2", 5, 1));
    SAY(mq_send(q, "more", 5, 1));
    SAY(mq_getattr(q, &got));
    say("%ld %ld %ld %lx", got.mq_maxmsg, got.mq_msgsize, got.mq_curmsgs, got.mq_flags);
    SAY(mq_receive(q, text, 15, &priority));
    for (int i = 0; i < 3; i++) {
        SAY(mq_receive(q, text, 16, &priority));
        say("%s %u", text, priority);
    }
    SAY(mq_receive(q, text, 16, 0));
    SAY(mq_send(q, "too long for this one", 22, 0));
    SAY(mq_send(q, "x", 1, 40000));
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    block(SIGUSR1);
    SAY(mq_notify(q, &e));
    SAY(mq_notify(q, &e));
    SAY(mq_send(q, "x", 1, 0));
    sigset_t set = set_of(SIGUSR1, 0);
    siginfo_t info;
    SAY(sigwaitinfo(&set, &info) == SIGUSR1);
    say("code %d", info.si_code);
    got.mq_flags = 0;
    SAY(mq_setattr(q, &got, 0));
    struct timespec past = {1, 0};
    mq_receive(q, text, 16, 0);
    SAY(mq_timedreceive(q, text, 16, 0, &past));
    SAY(mq_unlink(name));
    SAY(mq_unlink(name));
    SAY(mq_open(name, O_RDONLY));
}
