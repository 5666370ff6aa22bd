// Processes and threads. argv[1] names the case.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void report(const char *what, int status) {
    if (WIFEXITED(status))
        printf("%s: exit %d\n", what, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("%s: signal %d\n", what, WTERMSIG(status));
    else if (WIFSTOPPED(status))
        printf("%s: stopped %d\n", what, WSTOPSIG(status));
    else
        printf("%s: continued\n", what);
}

static void forks(void) {
    int status, value = 1;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (!pid) {
        value = 2;
        _exit(getppid() == parent && getpid() != parent ? value + 40 : 1);
    }
    printf("waited for it %d\n", waitpid(pid, &status, 0) == pid);
    report("child", status);
    printf("value %d\n", value);
    for (int i = 0; i < 3; i++)
        if (!fork())
            _exit(i);
    int sum = 0;
    struct rusage usage;
    while (wait4(-1, &status, 0, &usage) > 0)
        sum += WEXITSTATUS(status);
    printf("sum %d errno %d\n", sum, errno);
    if (!(pid = fork())) {
        raise(SIGSTOP);
        _exit(7);
    }
    siginfo_t info;
    printf("waitid %d", waitid(P_PID, pid, &info, WSTOPPED));
    printf(" code %d status %d\n", info.si_code, info.si_status);
    kill(pid, SIGCONT);
    waitpid(pid, &status, 0);
    report("stopped", status);
    if (!(pid = fork())) {
        for (;;)
            ;
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    report("killed", status);
    if (!(pid = fork()))
        *(volatile int *)0 = 0;
    waitpid(pid, &status, 0);
    report("fault", status);
}

static void vforks(char *self) {
    volatile int result = 0;
    int status;
    pid_t pid = vfork();
    if (!pid) {
        execl("/no/such/program", "x", (char *)0);
        result = errno;
        _exit(3);
    }
    waitpid(pid, &status, 0);
    report("failed exec", status);
    printf("told errno %d\n", result);
    pid = vfork();
    if (!pid) {
        execl(self, self, "exit", "5", (char *)0);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    report("exec", status);
}

static void spawns(char *self) {
    pid_t pid;
    int status;
    char *bad[] = {"x", 0}, *good[] = {self, "exit", "6", 0}, *echo[] = {"sh", "-c", "echo spawned; exit 9", 0};
    printf("missing %d\n", posix_spawn(&pid, "/no/such/program", 0, 0, bad, environ));
    printf("directory %d\n", posix_spawn(&pid, "/tmp", 0, 0, bad, environ));
    printf("self %d\n", posix_spawn(&pid, self, 0, 0, good, environ));
    waitpid(pid, &status, 0);
    report("self", status);
    fflush(stdout);
    int spawned = posix_spawnp(&pid, "sh", 0, 0, echo, environ);  // it prints, too
    waitpid(pid, &status, 0);
    printf("shell %d\n", spawned);
    report("shell", status);
    fflush(stdout);
    printf("system %d\n", system("exit 4") >> 8);
    FILE *pipe = popen("echo from a pipe", "r");
    char line[100];
    printf("%s", fgets(line, 100, pipe));
    printf("pclose %d\n", pclose(pipe));
}

static void execs(char *self, char *stage) {
    char *args[] = {self, "execs", "second", "", "a b", 0};
    char *variables[] = {"ONE=1", "EMPTY=", "nothing", 0};
    if (!stage) {
        int kept = open("/dev/null", O_RDONLY), closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
        dup2(kept, 50);
        dup3(closed, 51, O_CLOEXEC);
        signal(SIGUSR1, SIG_IGN);
        signal(SIGUSR2, (void (*)(int))report);
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGHUP);
        sigprocmask(SIG_BLOCK, &set, 0);
        char text[20];
        sprintf(text, "%d", getpid());
        variables[2] = text;
        execve(self, args, variables);
        puts("failed");
        return;
    }
    printf("same pid %d\n", environ[2] && atoi(environ[2]) == getpid());
    printf("fd 50 %d fd 51 %d\n", fcntl(50, F_GETFD), fcntl(51, F_GETFD));
    struct sigaction action;
    sigaction(SIGUSR1, 0, &action);
    printf("ignored %d", action.sa_handler == SIG_IGN);
    sigaction(SIGUSR2, 0, &action);
    printf(" default %d\n", action.sa_handler == SIG_DFL);
    sigset_t set;
    sigprocmask(SIG_BLOCK, 0, &set);
    printf("still blocked %d %d\n", sigismember(&set, SIGHUP), sigismember(&set, SIGINT));
    printf("%s %s\n", environ[0], environ[1]);
}

static void exec_errors(char *self) {
    char *args[] = {self, 0};
    const char *paths[] = {"", "/no/such", "/tmp", "/etc/passwd", "/dev/null", "/etc/passwd/x"};
    for (int i = 0; i < 6; i++) {
        execve(paths[i], args, environ);
        printf("%s: %d\n", paths[i], errno);
    }
    char *volatile bad = (char *)1;
    execve(bad, args, environ);
    printf("bad pointer: %d\n", errno);
    execve(self, (char **)bad, environ);
    printf("bad pointer: %d\n", errno);
    char *big = malloc(200000);
    memset(big, 'x', 199999);
    big[199999] = 0;
    args[0] = big;
    execve(self, args, environ);
    printf("long argument: %d\n", errno);
}

static pthread_barrier_t barrier;
static void *exec_here(void *self) {
    pthread_barrier_wait(&barrier);
    execl(self, self, "exit", "11", (char *)0);
    return 0;
}

static void *wait_forever(void *unused) {
    pthread_barrier_wait(&barrier);
    for (;;)
        pause();
    return unused;
}

static void *spin_forever(void *unused) {
    pthread_barrier_wait(&barrier);
    for (;;)
        ;
    return unused;
}

static void exec_from_thread(char *self, int from_main) {
    pthread_t thread;
    pthread_barrier_init(&barrier, 0, 4);
    pthread_create(&thread, 0, wait_forever, 0);
    pthread_create(&thread, 0, spin_forever, 0);
    pthread_create(&thread, 0, from_main ? wait_forever : exec_here, self);
    pthread_barrier_wait(&barrier);
    if (from_main)
        execl(self, self, "exit", "12", (char *)0);
    for (;;)
        pause();
}

static __thread int local = 5;
static long total;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *add(void *arg) {
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&lock);
        total += (long)arg;
        pthread_mutex_unlock(&lock);
    }
    local += (int)(long)arg;
    return (void *)(long)(local + (getpid() != syscall(SYS_gettid) ? 100 : 0));
}

static void *die_with_lock(void *mutex) {
    pthread_mutex_lock(mutex);
    return 0;
}

static void threads(void) {
    pthread_t t[4];
    void *result;
    for (long i = 0; i < 4; i++)
        pthread_create(&t[i], 0, add, (void *)(i + 1));
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &result);
        printf("result %ld\n", (long)result);
    }
    printf("total %ld local %d\n", total, local);
    pthread_mutexattr_t attribute;
    pthread_mutexattr_init(&attribute);
    pthread_mutexattr_setrobust(&attribute, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_t robust;
    pthread_mutex_init(&robust, &attribute);
    pthread_create(t, 0, die_with_lock, &robust);
    pthread_join(t[0], 0);
    printf("owner died %d\n", pthread_mutex_lock(&robust) == EOWNERDEAD);
}

static void *leave_last(void *unused) {
    usleep(50000);
    puts("last thread");
    return unused;
}

static void leader_leaves(void) {
    pthread_t thread;
    pthread_create(&thread, 0, leave_last, 0);
    pthread_exit(0);
}

static void *exit_all(void *unused) {
    exit(13);
    return unused;
}

static void thread_exits(void) {
    pthread_t thread;
    pthread_create(&thread, 0, exit_all, 0);
    for (;;)
        ;
}

static char child_stack[65536] __attribute__((aligned(16)));
static int child_function(void *arg) { return *(int *)arg + 1; }

static void clones(void) {
    int value = 20, status, pidfd = -1;
    pid_t pid = clone(child_function, child_stack + sizeof child_stack, SIGCHLD, &value);
    printf("clone %d", waitpid(pid, &status, 0) == pid);
    printf(" status %d\n", WEXITSTATUS(status));
    pid_t ptid = 0;
    pid = (pid_t)syscall(SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, 0, &ptid, &value, 0);
    if (!pid)
        _exit(value == getpid() ? 21 : 22);
    waitpid(pid, &status, 0);
    printf("tid stored %d child %d\n", ptid == pid, WEXITSTATUS(status));
    uint64_t args[11] = {CLONE_PIDFD, (uint64_t)&pidfd, 0, 0, SIGCHLD};
    pid = (pid_t)syscall(435, args, 64);
    if (!pid)
        _exit(23);
    siginfo_t info = {0};
    printf("pidfd %d", pidfd > 2);
    waitid(P_PIDFD, pidfd, &info, WEXITED);
    printf(" status %d\n", info.si_status);
    errno = 0;
    printf("bad flags %ld", syscall(SYS_clone, CLONE_THREAD, 0, 0, 0, 0));
    printf(" errno %d\n", errno);
    pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (!pid)
        _exit(24);
    printf("no signal %d", waitpid(pid, &status, 0));
    printf(" with __WALL %d", waitpid(pid, &status, __WALL) == pid);
    printf(" status %d\n", WEXITSTATUS(status));
}

static void identity(void) {
    char name[17] = {0};
    prctl(PR_SET_NAME, "a name that is too long");
    prctl(PR_GET_NAME, name);
    printf("name %s\n", name);
    FILE *file = fopen("/proc/self/comm", "r");
    printf("comm %s", fgets(name, 17, file));
    printf("tid %d\n", getpid() == syscall(SYS_gettid));
    printf("bad prctl %d", prctl(12345));
    printf(" errno %d\n", errno);
    printf("dumpable %d\n", prctl(PR_GET_DUMPABLE));
    int signo = -1;
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    prctl(PR_GET_PDEATHSIG, &signo);
    printf("pdeathsig %d\n", signo);
    unsigned long base = 0;
    syscall(SYS_arch_prctl, 0x1003, &base);
    printf("fs %d\n", base == (unsigned long)pthread_self());
    syscall(SYS_arch_prctl, 0x1001, 0x123450);
    syscall(SYS_arch_prctl, 0x1004, &base);
    printf("gs %lx\n", base);
}

static void auxiliary(int argc, char **argv) {
    printf("page size %lu clock %lu secure %lu\n", getauxval(AT_PAGESZ), getauxval(AT_CLKTCK), getauxval(AT_SECURE));
    printf("uid %d euid %d gid %d egid %d\n", getauxval(AT_UID) == getuid(), getauxval(AT_EUID) == geteuid(),
           getauxval(AT_GID) == getgid(), getauxval(AT_EGID) == getegid());
    printf("platform %s\n", (char *)getauxval(AT_PLATFORM));
    printf("execfn %d\n", !strcmp((char *)getauxval(AT_EXECFN), argv[0]));
    extern char __ehdr_start[] __attribute__((weak, visibility("hidden")));
    printf("phent %lu phdr %d\n", getauxval(AT_PHENT), getauxval(AT_PHDR) == (unsigned long)__ehdr_start + 64);
    extern void _start(void);
    printf("entry %d base %d\n", getauxval(AT_ENTRY) == (unsigned long)_start, getauxval(AT_BASE) != 0);
    unsigned char *random = (unsigned char *)getauxval(AT_RANDOM);
    int set = 0;
    for (int i = 0; i < 16; i++)
        set += random[i] != 0;
    printf("random %d\n", set > 8);
    printf("argc %d after argv %d environment follows %d\n", argc, argv[argc] == 0, argv + argc + 1 == environ);
    printf("strings in order %d\n", argv[0] + strlen(argv[0]) + 1 == argv[1]);
    struct rlimit limit;
    getrlimit(RLIMIT_STACK, &limit);
    printf("stack limit %ld\n", (long)limit.rlim_cur);
    struct utsname name;
    uname(&name);
    printf("%s %s\n", name.sysname, name.machine);
    char *top = (char *)__builtin_frame_address(0);
    long room = (long)limit.rlim_cur - 200000;
    top[-room] = 1;
    printf("deep stack %d\n", top[-room]);
}

int main(int argc, char **argv) {
    const char *name = argv[1];
    setvbuf(stdout, 0, _IONBF, 0);
    if (!strcmp(name, "forks")) forks();
    else if (!strcmp(name, "vforks")) vforks(argv[0]);
    else if (!strcmp(name, "spawns")) spawns(argv[0]);
    else if (!strcmp(name, "execs")) execs(argv[0], argv[2]);
    else if (!strcmp(name, "exec-errors")) exec_errors(argv[0]);
    else if (!strcmp(name, "exec-from-main")) exec_from_thread(argv[0], 1);
    else if (!strcmp(name, "exec-from-thread")) exec_from_thread(argv[0], 0);
    else if (!strcmp(name, "threads")) threads();
    else if (!strcmp(name, "leader-leaves")) leader_leaves();
    else if (!strcmp(name, "thread-exits")) thread_exits();
    else if (!strcmp(name, "clones")) clones();
    else if (!strcmp(name, "identity")) identity();
    else if (!strcmp(name, "auxiliary")) auxiliary(argc, argv);
    else if (!strcmp(name, "exit")) return atoi(argv[2]);
    else return 8;
    return 0;
}
