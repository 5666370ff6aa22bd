#include "../guest.h"
#include <sys/epoll.h>
#include <sys/times.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#define BAD ((void *)0x1000)
#define HIGH ((void *)0x7ffffffff000)
#define KERNEL ((void *)0xffff888000000000)
#define ALL(call) do { void *bad = BAD; SAY(call); bad = HIGH; SAY(call); bad = KERNEL; SAY(call); } while (0)

int main(void) {
    int fd = open("file", O_RDWR | O_CREAT, 0600), ep = epoll_create1(0), sk = socket(AF_UNIX, SOCK_STREAM, 0);
    ALL(syscall(SYS_pipe2, bad, 0));
    ALL(syscall(SYS_uname, bad));
    ALL(syscall(SYS_sysinfo, bad));
    ALL(syscall(SYS_gettimeofday, bad, 0));
    ALL(syscall(SYS_clock_gettime, 0, bad));
    ALL(syscall(SYS_nanosleep, bad, 0));
    ALL(syscall(SYS_getrlimit, 0, bad));
    ALL(syscall(SYS_getrusage, 0, bad));
    ALL(syscall(SYS_rt_sigaction, SIGUSR1, bad, 0, 8));
    ALL(syscall(SYS_rt_sigprocmask, 0, bad, 0, 8));
    ALL(syscall(SYS_sigaltstack, bad, 0));
    ALL(syscall(SYS_poll, bad, 1, 0));
    ALL(syscall(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, 0, bad));
    ALL(syscall(SYS_bind, sk, bad, 16));
    ALL(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, bad));
    ALL(syscall(SYS_getrandom, bad, 8, 0));
    ALL(syscall(SYS_mkdir, bad, 0700));
    ALL(syscall(SYS_readlink, ".", bad, 8));
    ALL(syscall(SYS_getgroups, 100, bad) > 0 ? -1 : 0);
    ALL(syscall(SYS_writev, fd, bad, 1));
    ALL(syscall(SYS_ioctl, 1, 0x5413, bad) == -1);
    ALL(syscall(SYS_execve, "/bin/true", bad, 0));
    ALL(syscall(SYS_wait4, -1, bad, 0, 0));
    ALL(syscall(SYS_timer_create, 0, 0, bad));
    ALL(syscall(SYS_futex, bad, 0, 1, 0, 0, 0));
    ALL(syscall(SYS_getresuid, bad, bad, bad));
    ALL(syscall(SYS_prlimit64, 0, 7, bad, 0));
    ALL(syscall(SYS_getsockname, sk, bad, bad));
}
