#include "../guest.h"

#include <sys/prctl.h>
int main(void) {
    SAY(prctl(PR_GET_DUMPABLE));
    SAY(prctl(PR_SET_DUMPABLE, 7));
    SAY(prctl(PR_SET_DUMPABLE, 0));
    SAY(prctl(PR_GET_DUMPABLE));
    SAY(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SAY(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SAY(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
    SAY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    SAY(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SAY(prctl(PR_GET_KEEPCAPS));
    SAY(prctl(PR_SET_KEEPCAPS, 1));
    SAY(prctl(PR_GET_KEEPCAPS));
    SAY(prctl(PR_SET_KEEPCAPS, 2));
    SAY(prctl(PR_GET_SECCOMP));
    SAY(prctl(PR_CAPBSET_READ, 0));
    SAY(prctl(PR_CAPBSET_READ, 99));
    SAY(prctl(PR_SET_TIMERSLACK, 12345));
    SAY(prctl(PR_GET_TIMERSLACK));
    SAY(prctl(PR_GET_TIMING));
    SAY(prctl(PR_SET_TIMING, 1));
    int word = 5;
    SAY(prctl(PR_GET_TSC, &word));
    say("TSC %d", word);
    SAY(prctl(PR_GET_ENDIAN, &word));
    SAY(prctl(PR_GET_FPEMU, &word));
    SAY(prctl(PR_GET_SECUREBITS));
    SAY(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
    SAY(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    SAY(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    SAY(prctl(PR_GET_PDEATHSIG, 8));
    SAY(prctl(PR_GET_NAME, 8));
    SAY(prctl(PR_SET_NAME, 8));
    SAY(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 0, 0, 0));
    SAY(prctl(PR_SET_PTRACER, 0));
    SAY(prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0));
    SAY(prctl(PR_GET_SPECULATION_CTRL, 99, 0, 0, 0));
    SAY(prctl(12345, 0, 0, 0, 0));
    SAY(prctl(PR_SET_MM, 99, 0, 0, 0));
}
