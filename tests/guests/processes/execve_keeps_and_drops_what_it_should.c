#include "../guest.h"

int main(int argc, char **argv) {
    if (argc == 1) {
        int plain = open("/dev/null", O_RDONLY), closing = open("/dev/null", O_RDONLY | O_CLOEXEC);
        (void)plain, (void)closing;
        umask(027);
        nice(3);
        prctl(PR_SET_PDEATHSIG, SIGUSR1);
        prctl(PR_SET_NAME, "before");
        prctl(PR_SET_DUMPABLE, 0);
        if (chdir("/usr"))
            die("chdir");
        struct rlimit limit = {50, 60};
        setrlimit(RLIMIT_CORE, &limit);
        char *words[] = {"name", "a", "", "b c", 0}, *environment[] = {"X=1", "Y", "=Z", 0};
        execve("/proc/self/exe", words, environment);
    }
    extern char **environ;
    for (int i = 0; i < argc; i++)
        say("argument %s", argv[i]);
    for (char **e = environ; *e; e++)
        say("environment %s", *e);
    SAY(fcntl(3, F_GETFD));
    SAY(fcntl(4, F_GETFD));
    char name[32], where[64];
    prctl(PR_GET_NAME, name);
    int signo = 0;
    prctl(PR_GET_PDEATHSIG, &signo);
    struct rlimit limit;
    getrlimit(RLIMIT_CORE, &limit);
    errno = 0;
    say("name is the file's %d umask %o cwd %s death signal %d dumpable %d nice %d core %ld", strncmp(name, "before", 6) != 0,
        umask(0), getcwd(where, sizeof where), signo, prctl(PR_GET_DUMPABLE), nice(0), (long)limit.rlim_cur);
}
