#include "../guest.h"

int main(void) {
    pid_t children[3];
    for (int i = 0; i < 3; i++)
        if (!(children[i] = fork())) {
            if (i == 1)
                setpgid(0, 0);
            nap(20 * i + 10);
            _exit(i + 1);
        }
    setpgid(children[1], children[1]);
    int status;
    struct rusage usage;
    SAY(wait4(-children[1], &status, 0, &usage) == children[1]);
    say_status("second", status);
    say("time %d", usage.ru_utime.tv_sec >= 0 && usage.ru_minflt > 0);
    SAY(wait4(0, &status, 0, 0) == children[0]);
    SAY(wait4(children[2], &status, WNOHANG | WUNTRACED, 0) >= 0);
    SAY(wait4(-12345, &status, 0, 0));
    SAY(wait4(children[2], &status, 0x1000, 0));
    SAY(wait4(INT_MIN, &status, 0, 0));
    while (wait(&status) > 0)
        ;
    SAY(wait4(-1, &status, WNOHANG, 0));
    SAY(wait4(-1, (void *)8, 0, 0));
}
