// What a filter's actions do, how several agree, and who inherits them.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "../guest.h"

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define PROGRAM(p) (&(struct sock_fprog){.len = sizeof(p) / sizeof *(p), .filter = (p)})

static long seccomp(unsigned operation, unsigned flags, void *argument) {
    return syscall(SYS_seccomp, operation, flags, argument);
}

static int filter(unsigned number, unsigned action, unsigned flags) {
    struct sock_filter p[] = {LOAD(arch), IF(AUDIT_ARCH_X86_64, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS), LOAD(nr),
                              IF(number, 0, 1), RETURN(action), RETURN(SECCOMP_RET_ALLOW)};
    return seccomp(SECCOMP_SET_MODE_FILTER, flags, PROGRAM(p));
}

static void trapped(int number, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    say("trap %d code %d errno %d call %d arch %d rax %d at %d", number, info->si_code, info->si_errno, info->si_syscall,
        info->si_arch == AUDIT_ARCH_X86_64, (int)u->uc_mcontext.gregs[REG_RAX],
        (long)info->si_call_addr == u->uc_mcontext.gregs[REG_RIP]);
    u->uc_mcontext.gregs[REG_RAX] = 4242;
}

static void in_child(void (*what)(void)) {
    int status;
    pid_t child = fork();
    if (!child) {
        what();
        _exit(7);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        say("killed by %d", WTERMSIG(status));
    else
        say("exit %d", WEXITSTATUS(status));
}

static void allowed(void) { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

static void errors(void) {
    allowed();
    SAY(filter(SYS_getppid, SECCOMP_RET_ERRNO | EXDEV, 0));
    SAY(syscall(SYS_getppid));
    SAY(filter(SYS_getuid, SECCOMP_RET_ERRNO | 5000, 0));
    say("%ld", syscall(SYS_getuid) == -1 ? errno : 0L);
    SAY(filter(SYS_getppid, SECCOMP_RET_ERRNO | EPERM, 0));  // the last one installed counts
    SAY(syscall(SYS_getppid));
    SAY(filter(SYS_getppid, SECCOMP_RET_LOG, 0));  // less than an error
    SAY(syscall(SYS_getppid));
    SAY(filter(SYS_getgid, SECCOMP_RET_ERRNO, 0));
    SAY(syscall(SYS_getgid));
    SAY(filter(SYS_getegid, SECCOMP_RET_TRACE, 0));
    SAY(syscall(SYS_getegid));
    SAY(prctl(PR_GET_SECCOMP));
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, status))
        if (!strncmp(line, "Seccomp", 7)) printf("%s", line);
    fflush(stdout);
    SAY(seccomp(SECCOMP_SET_MODE_STRICT, 0, 0));
}

static void traps(void) {
    struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &action, 0);
    allowed();
    filter(SYS_getppid, SECCOMP_RET_TRAP | 77, 0);
    SAY(syscall(SYS_getppid));
    SAY(syscall(SYS_getppid) == getpid());
    filter(SYS_getpid, SECCOMP_RET_TRAP, 0);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, 0);
    syscall(SYS_getpid);  // blocked: the end
}

static void kills(void) {
    allowed();
    filter(SYS_getppid, SECCOMP_RET_KILL_PROCESS, 0);
    syscall(SYS_getppid);
}

static void *call_it(void *unused) {
    syscall(SYS_getppid);
    return "back";
}

static void kills_a_thread(void) {
    allowed();
    filter(SYS_getppid, SECCOMP_RET_KILL_THREAD, 0);
    pthread_t thread;
    pthread_create(&thread, 0, call_it, 0);
    for (int i = 0; i < 1000 && !pthread_kill(thread, 0) && access("/proc/self/task", 0) == 0; i++) {
        struct stat s;
        stat("/proc/self/task", &s);
        if (s.st_nlink == 3) break;
        usleep(1000);
    }
    say("the others go on");
    syscall(SYS_getppid);
}

static void arguments(void) {
    allowed();
    struct sock_filter p[] = {  // lseek(fd, n) fails with the error 6n
        LOAD(nr), IF(SYS_lseek, 0, 8), LOAD(args[1]), BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 3), BPF_STMT(BPF_ST, 2),
        BPF_STMT(BPF_LDX | BPF_MEM, 2), BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff), BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
        BPF_STMT(BPF_RET | BPF_A, 0), RETURN(SECCOMP_RET_ALLOW),
    };
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, PROGRAM(p)));
    for (int i = 1; i < 4; i++) {
        errno = 0;
        lseek(1, i, SEEK_SET);
        say("error %d", errno);
    }
}

static void strict(void) {
    SAY(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
    say("still writing");
    syscall(SYS_getpid);
}

static void strict_and_leaving(void) {
    seccomp(SECCOMP_SET_MODE_STRICT, 0, 0);
    syscall(SYS_exit, 9);
}

static void inheriting(void) {
    allowed();
    filter(SYS_getppid, SECCOMP_RET_ERRNO | EDOM, 0);
    pid_t child = fork();
    if (!child) {
        say("in a child: %s", result(syscall(SYS_getppid)));
        char *words[] = {"/proc/self/exe", "again", 0};
        execv(words[0], words);
        _exit(1);
    }
    waitpid(child, 0, 0);
}

static pthread_barrier_t barrier;
static void *synchronised(void *out) {
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    *(long *)out = syscall(SYS_getppid) == -1 ? errno : 0;
    return 0;
}

static void together(void) {
    allowed();
    long seen = 0;
    pthread_t thread;
    pthread_barrier_init(&barrier, 0, 2);
    pthread_create(&thread, 0, synchronised, &seen);
    pthread_barrier_wait(&barrier);
    SAY(filter(SYS_getppid, SECCOMP_RET_ERRNO | EDOM, SECCOMP_FILTER_FLAG_TSYNC));
    pthread_barrier_wait(&barrier);
    pthread_join(thread, 0);
    say("the other thread got %ld", seen);
}

static void refusals(void) {
    allowed();
    struct sock_filter unended[] = {LOAD(nr)}, outside[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), RETURN(0)},
                       odd[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), RETURN(0)}, far[] = {IF(1, 1, 0), RETURN(0)},
                       zero[] = {BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RETURN(0)},
                       fresh[] = {BPF_STMT(BPF_LD | BPF_MEM, 1), RETURN(0)},
                       bytes[] = {BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), RETURN(0)};
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, PROGRAM(unended)));
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, PROGRAM(outside)));
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, PROGRAM(odd)));
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, PROGRAM(far)));
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, PROGRAM(zero)));
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, PROGRAM(fresh)));
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, PROGRAM(bytes)));
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, &(struct sock_fprog){.len = 0, .filter = unended}));
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 0, 0));
    SAY(seccomp(SECCOMP_SET_MODE_FILTER, 1 << 20, PROGRAM(far)));
    SAY(seccomp(SECCOMP_SET_MODE_STRICT, 1, 0));
    SAY(seccomp(99, 0, 0));
    unsigned known = SECCOMP_RET_ERRNO, unknown = 0x12340000;
    SAY(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &known));
    SAY(seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &unknown));
    SAY(prctl(PR_SET_SECCOMP, 9, 0));
}

int main(int count, char **words) {
    if (count > 1) {
        say("in a new program: %s", result(syscall(SYS_getppid)));
        return 0;
    }
    if (prctl(PR_GET_SECCOMP) != 0) return SKIP;
    in_child(errors);
    in_child(traps);
    in_child(kills);
    in_child(kills_a_thread);
    in_child(arguments);
    in_child(strict);
    in_child(strict_and_leaving);
    in_child(inheriting);
    in_child(together);
    in_child(refusals);
    return 0;
}
