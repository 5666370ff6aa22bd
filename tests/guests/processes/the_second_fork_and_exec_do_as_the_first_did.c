#include "../guest.h"
#include <sys/auxv.h>

extern char **environ;

static void ignore(int signo, siginfo_t *info, void *context) {}

// What a program finds: all of it was its parent's business, or the kernel's.
static int child(int argc, char **argv) {
    char *words[] = {"other", "words", 0}, *bad[] = {"other", (char *)8, 0};  // what fails changes nothing
    SAY(execve("no-such-file", words, words));
    SAY(execve("/etc/passwd", words, words));
    SAY(execve("/bin/true", bad, words));
    SAY(execve("/bin/true", words, bad));
    for (int i = 0; i < argc; i++)
        say("argument %d is '%s'", i, i ? argv[i] : strrchr(argv[0], '/') ? "a path" : argv[0]);
    for (char **e = environ; *e; e++)
        say("environment '%s'", *e);
    char path[4096] = "", line[4096], name[17] = "";
    long n = readlink("/proc/self/exe", path, sizeof path - 1);
    say("exe is a program %d, as execve was given it %d", n > 0 && access(path, X_OK) == 0,
        strcmp(path, (char *)getauxval(AT_EXECFN)) == 0);
    say("a short buffer gets %ld", (long)readlink("/proc/self/exe", path, 3));
    FILE *file = fopen("/proc/self/cmdline", "r");
    n = fread(line, 1, sizeof line, file);
    fclose(file);
    say("command line ends with '%s'", argc > 1 ? line + n - strlen(argv[argc - 1]) - 1 : "");
    prctl(PR_GET_NAME, name);
    say("name is of the path %d", strncmp(strrchr((char *)getauxval(AT_EXECFN), '/') + 1, name, 15) == 0);
    uint64_t *header = (uint64_t *)getauxval(AT_PHDR);
    say("program headers %lu of %lu bytes, first word not zero %d", getauxval(AT_PHNUM), getauxval(AT_PHENT), *header != 0);
    say("page %lu, secure %lu, ids are mine %d", getauxval(AT_PAGESZ), getauxval(AT_SECURE),
        getauxval(AT_UID) == getuid() && getauxval(AT_EGID) == getegid());
    say("platform %s, random there %d", (char *)getauxval(AT_PLATFORM), getauxval(AT_RANDOM) != 0);
    say("pid is tid %d, parent lives %d", getpid() == syscall(SYS_gettid), kill(getppid(), 0) == 0);
    struct sigaction action;
    for (int signo = 1; signo < 32; signo++)
        if (sigaction(signo, 0, &action) == 0 && action.sa_handler != SIG_DFL)
            say("signal %d is %s", signo, action.sa_handler == SIG_IGN ? "ignored" : "caught");
    sigset_t mask;
    sigprocmask(SIG_BLOCK, 0, &mask);
    say("USR2 blocked %d, USR1 %d", sigismember(&mask, SIGUSR2), sigismember(&mask, SIGUSR1));
    for (int fd = 3; fd < 8; fd++)
        say("descriptor %d flags %s", fd, result(fcntl(fd, F_GETFD)));
    struct rlimit limit;
    getrlimit(RLIMIT_CORE, &limit);
    say("core limit %ld", (long)limit.rlim_cur);
    char *heap = sbrk(1 << 20), *mapped = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    heap[12345] = mapped[54321] = 1;
    struct timespec now;
    SAY(clock_gettime(CLOCK_MONOTONIC, &now));
    fflush(stdout);
    pid_t grandchild = fork();
    if (grandchild == 0) {
        say("a grandchild's parent is its parent %d", getppid() != 1);
        _exit(9);
    }
    int status;
    waitpid(grandchild, &status, 0);
    say("it ended with %d", WEXITSTATUS(status));
    return 40 + argc;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "child") == 0)
        return child(argc, argv);
    char self[4096] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        die("readlink");
    open("/dev/null", O_RDONLY);
    open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(3, 6);
    fcntl(3, F_DUPFD_CLOEXEC, 7);
    handle(SIGUSR1, ignore, 0);
    handle(SIGSEGV, ignore, 0);
    signal(SIGINT, SIG_IGN);
    sigset_t usr2 = set_of(SIGUSR2, 0);
    sigprocmask(SIG_BLOCK, &usr2, 0);
    struct rlimit limit = {0, 0};
    setrlimit(RLIMIT_CORE, &limit);
    for (int round = 0; round < 3; round++) {
        char number[16];
        snprintf(number, sizeof number, "round %d", round);
        char *words[] = {"name", "child", "", number, 0};
        char *environment[] = {"A=1", "", round == 1 ? 0 : "B C", 0};
        pid_t pid = fork();
        if (pid == 0) {
            execve(self, words, round == 2 ? environment + 3 : environment);
            _exit(127);
        }
        int status;
        waitpid(pid, &status, 0);
        say("round %d: exited %d with %d", round, WIFEXITED(status), WEXITSTATUS(status));
    }
}
