#include "../guest.h"

#include <grp.h>
#include <sys/fsuid.h>
int main(void) {
    if (getuid())
        return SKIP;
    gid_t groups[] = {5, 6}, got[8];
    SAY(setgroups(2, groups));
    SAY(getgroups(8, got));
    SAY(getgroups(1, got));
    SAY(setresgid(10, 11, 12));
    gid_t r, e, s;
    SAY(getresgid(&r, &e, &s));
    say("%d %d %d", r, e, s);
    SAY(setfsuid(33));
    SAY(setfsuid(-1));
    SAY(setresuid(1000, 1001, 1002));
    uid_t u[3];
    getresuid(u, u + 1, u + 2);
    say("%d %d %d", u[0], u[1], u[2]);
    SAY(setuid(0));
    SAY(seteuid(1002));
    SAY(setreuid(-1, 1000));
    SAY(setuid(55));
    SAY(kill(1, 0));
    SAY(setgid(12));
    SAY(setgroups(1, groups));
}
