// ptrace: a child stops for its parent by signals, steps, breakpoints, system calls and execve.
#include "../guest.h"

#include <elf.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

static volatile long word = 11;
static int handled;
static void handler(int number) { handled += number; }
__attribute__((noinline)) static long add(long a, long b) {
    __asm__ volatile("");
    return a + b;
}

static void stopped(pid_t child, const char *when) {
    int status = 0;
    pid_t got = waitpid(child, &status, 0);
    if (got != child)
        say("%s: %s", when, result(got));
    else if (WIFSTOPPED(status))
        say("%s: stopped by %d event %d", when, WSTOPSIG(status), status >> 16);
    else if (WIFEXITED(status))
        say("%s: exit %d", when, WEXITSTATUS(status));
    else
        say("%s: killed by %d", when, WTERMSIG(status));
}

static pid_t traced(void (*what)(void)) {
    pid_t child = fork();
    if (!child) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0)) _exit(99);
        raise(SIGSTOP);
        what();
        _exit(3);
    }
    stopped(child, "at first");
    return child;
}

static void send_signals(void) {
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    raise(SIGUSR2);  // deadly, were it delivered
    raise(SIGCHLD);  // ignored
    _exit(handled);
}

static void calls_add(void) {
    long sum = add(word, 4);
    say("child: %ld", sum);
    _exit(0);
}

static void makes_calls(void) {
    syscall(SYS_getppid);
    long r = syscall(SYS_getuid);
    _exit(r & 0x7f);
}

static void faults(void) { *(volatile int *)16 = 1; }
static void executes(void) {
    execl("/proc/self/exe", "guest", "again", (char *)0);
    _exit(98);
}

int main(int count, char **words) {
    (void)words;
    if (count > 1) {
        say("a new program");
        return 5;
    }
    struct user_regs_struct r;
    siginfo_t info;

    pid_t child = traced(send_signals);
    SAY(ptrace(PTRACE_CONT, child, 0, 0));
    stopped(child, "a handled signal");
    SAY(ptrace(PTRACE_GETSIGINFO, child, 0, &info));
    say("info %d code %d from itself %d", info.si_signo, info.si_code, info.si_pid == child);
    ptrace(PTRACE_CONT, child, 0, SIGUSR1);
    stopped(child, "a deadly signal");
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "an ignored signal");
    ptrace(PTRACE_CONT, child, 0, SIGCHLD);
    stopped(child, "in the end");
    SAY(ptrace(PTRACE_CONT, child, 0, 0));

    child = traced(calls_add);
    long code = ptrace(PTRACE_PEEKTEXT, child, add, 0);
    say("peek %d", code == *(long *)add);
    SAY(ptrace(PTRACE_POKEDATA, child, &word, 22L));
    say("its word %ld, ours %ld", ptrace(PTRACE_PEEKDATA, child, &word, 0), word);
    SAY(ptrace(PTRACE_PEEKDATA, child, 16, 0));
    SAY(ptrace(PTRACE_POKETEXT, child, add, (code & ~0xffL) | 0xcc));
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "a breakpoint");
    SAY(ptrace(PTRACE_GETREGS, child, 0, &r));
    say("behind it %d, arguments %lld %lld, cs %llx", (long)r.rip == (long)add + 1, r.rdi, r.rsi, r.cs);
    ptrace(PTRACE_POKETEXT, child, add, code);
    r.rip--;
    r.rsi = 20;
    SAY(ptrace(PTRACE_SETREGS, child, 0, &r));
    SAY(ptrace(PTRACE_SINGLESTEP, child, 0, 0));
    stopped(child, "a step");
    say("rip moved %d", ptrace(PTRACE_PEEKUSER, child, offsetof(struct user_regs_struct, rip), 0) != (long)add);
    SAY(ptrace(PTRACE_PEEKUSER, child, 3, 0));
    struct user_fpregs_struct fp;
    SAY(ptrace(PTRACE_GETFPREGS, child, 0, &fp));
    say("cwd %x mxcsr %x", fp.cwd, fp.mxcsr);
    struct iovec part = {&r, sizeof r};
    SAY(ptrace(PTRACE_GETREGSET, child, NT_PRSTATUS, &part));
    say("length %d", part.iov_len == sizeof r);
    SAY(ptrace(PTRACE_CONT, child, 0, 0));
    stopped(child, "in the end");

    child = traced(makes_calls);
    SAY(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD));
    for (int i = 0; i < 4; i++) {
        ptrace(PTRACE_SYSCALL, child, 0, 0);
        stopped(child, i & 1 ? "behind a call" : "before a call");
        ptrace(PTRACE_GETREGS, child, 0, &r);
        if (i & 1)
            say("call %lld result %d", r.orig_rax, i == 1 ? r.rax == (unsigned long)getpid() : (int)r.rax);
        else
            say("call %lld rax %lld", r.orig_rax, r.rax);
        if (i == 3) {
            r.rax = 77;
            ptrace(PTRACE_SETREGS, child, 0, &r);
        }
    }
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "in the end");

    child = traced(faults);
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "a fault");
    ptrace(PTRACE_GETSIGINFO, child, 0, &info);
    say("code %d address %ld", info.si_code, (long)info.si_addr);
    ptrace(PTRACE_CONT, child, 0, SIGSEGV);
    stopped(child, "in the end");

    child = traced(executes);
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "execve");
    ptrace(PTRACE_GETREGS, child, 0, &r);
    say("call %lld result %lld", r.orig_rax, r.rax);
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "in the end");

    child = traced(executes);
    SAY(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEEXEC));
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "execve");
    SAY(ptrace(PTRACE_DETACH, child, 0, 0));
    stopped(child, "in the end");

    unsigned long message = 0;
    child = traced(executes);
    SAY(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT));
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "execve");
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "about to end");
    SAY(ptrace(PTRACE_GETEVENTMSG, child, 0, &message));
    say("message %lx", message);
    ptrace(PTRACE_CONT, child, 0, 0);
    stopped(child, "in the end");

    child = traced(faults);
    SAY(ptrace(PTRACE_KILL, child, 0, 0));
    stopped(child, "in the end");
    SAY(ptrace(PTRACE_CONT, getppid(), 0, 0));
    return 0;
}
