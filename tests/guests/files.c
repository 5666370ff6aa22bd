// Files and directories, in the current directory.
#include "show.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>

static void show_stat(const char *what, const struct stat *s) {
    printf("%s: mode %o size %lld links %d mtime %lld.%09ld\n", what, s->st_mode, (long long)s->st_size,
           S_ISDIR(s->st_mode) ? 0 : (int)s->st_nlink, S_ISREG(s->st_mode) ? (long long)s->st_mtim.tv_sec : 0,
           S_ISREG(s->st_mode) ? s->st_mtim.tv_nsec : 0);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void list(const char *directory) {
    struct dirent **names;
    int n = scandir(directory, &names, NULL, by_name);
    printf("%s has %d:", directory, n);
    for (int i = 0; i < n; i++)
        printf(" %s/%d", names[i]->d_name, names[i]->d_type);
    printf("\n");
}

static void vectors(int fd) {
    char a[4] = "", b[16] = "";
    struct iovec out[3] = {{"one", 3}, {"", 0}, {" two three", 10}};
    struct iovec in[2] = {{a, 3}, {b, 15}};
    SHOW(writev(fd, out, 3));
    SHOW(pwritev(fd, out, 3, 100));
    SHOW(preadv(fd, in, 2, 0));
    printf("[%s][%s]\n", a, b);
    SHOW(lseek(fd, 100, SEEK_SET));
    SHOW(readv(fd, in, 2));
    SHOW(preadv2(fd, in, 2, 1, 0));
    printf("[%s][%s]\n", a, b);
    SHOW(readv(fd, in, -1));
    SHOW(readv(fd, in, 2000));
    SHOW(readv(fd, (void *)16, 1));
    struct iovec bad[2] = {{a, 3}, {(void *)16, 10}};
    SHOW(preadv(fd, bad, 2, 0));
    SHOW(writev(-1, out, 3));
}

static void locks(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 20};
    SHOW(fcntl(fd, F_SETLK, &lock));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct flock probe = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
        SHOW(fcntl(fd, F_GETLK, &probe));
        printf("held: %d %lld+%lld by parent: %d\n", probe.l_type, (long long)probe.l_start,
               (long long)probe.l_len, probe.l_pid == getppid());
        SHOW(fcntl(fd, F_SETLK, &probe));
        fflush(stdout);
        _exit(3);
    }
    int status;
    waitpid(child, &status, 0);
    printf("child %d\n", WEXITSTATUS(status));
    SHOW(flock(fd, LOCK_EX | LOCK_NB));
    SHOW(flock(fd, LOCK_UN));
}

static void descriptors(int fd) {
    SHOW(dup(fd) > fd);
    SHOW(dup2(fd, 20));
    SHOW(dup2(fd, fd));
    SHOW(dup3(fd, 21, O_CLOEXEC));
    SHOW(dup3(fd, fd, 0));
    SHOW(fcntl(21, F_GETFD));
    SHOW(fcntl(20, F_GETFD));
    SHOW(fcntl(fd, F_DUPFD, 30));
    SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 30));
    SHOW(fcntl(31, F_SETFD, 0));
    SHOW(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND));
    SHOW(fcntl(fd, F_SETFL, O_APPEND));
    SHOW(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND));
    SHOW(fcntl(99, F_GETFL));
    SHOW(syscall(SYS_close_range, 20, 25, 0));
    SHOW(syscall(SYS_close_range, 40, 25, 0));
    SHOW(close(20));
    SHOW(close(31));
    SHOW(syscall(SYS_close_range, 25, ~0u, 0));
    SHOW(close(30));
    SHOW(close(-1));
    SHOW(close(5000));
    int p[2];
    SHOW(pipe2(p, O_NONBLOCK));
    char c;
    SHOW(read(p[0], &c, 1));
    SHOW(write(p[1], "xyz", 3));
    int waiting = 0;
    SHOW(ioctl(p[0], FIONREAD, &waiting));
    printf("waiting %d\n", waiting);
    SHOW(ioctl(p[0], TIOCGWINSZ, &waiting));
    SHOW(isatty(p[0]));
    close(p[0]);
    close(p[1]);
}

static void transfers(int fd) {
    int to = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0600);
    off_t from = 0, at = 50;
    SHOW(sendfile(to, fd, &from, 13));
    SHOW(from);
    from = 4;
    SHOW(copy_file_range(fd, &from, to, &at, 9, 0));
    printf("%lld %lld\n", (long long)from, (long long)at);
    int p[2];
    SHOW(pipe(p));
    from = 0;
    SHOW(splice(fd, &from, p[1], NULL, 8, 0));
    SHOW(splice(p[0], NULL, to, NULL, 8, 0));
    struct iovec piece = {"spliced", 7};
    SHOW(vmsplice(p[1], &piece, 1, 0));
    char text[64] = "";
    SHOW(read(p[0], text, 63));
    printf("%s\n", text);
    memset(text, 0, 64);
    SHOW(pread(to, text, 63, 0));
    printf("%s\n", text);
    SHOW(ftruncate(to, 5));
    SHOW(lseek(to, 0, SEEK_END));
    SHOW(fallocate(to, 0, 0, 10000));
    SHOW(lseek(to, 0, SEEK_END));
    SHOW(posix_fadvise(to, 0, 0, POSIX_FADV_DONTNEED));
    SHOW(fsync(to));
    SHOW(fdatasync(to));
    close(to);
}

int main(void) {
    char text[200] = "";
    struct stat s;
    umask(022);
    SHOW(open("none", O_RDONLY));
    int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0666);
    printf("fd %d\n", fd);
    SHOW(open("file", O_RDWR | O_CREAT | O_EXCL, 0666));
    SHOW(write(fd, "hello, world", 12));
    SHOW(pwrite(fd, "J", 1, 0));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(read(fd, text, 100));
    puts(text);
    SHOW(read(fd, (void *)8, 100));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(read(fd, (void *)8, 100));
    SHOW(read(-1, text, 1));
    SHOW(lseek(fd, -1, SEEK_SET));
    SHOW(open((char *)8, O_RDONLY));
    SHOW(open("", O_RDONLY));
    vectors(fd);
    struct timespec times[2] = {{1000000000, 5}, {1234567890, 987654321}};
    SHOW(futimens(fd, times));
    SHOW(fstat(fd, &s));
    show_stat("fstat", &s);
    SHOW(stat("file", &s));
    show_stat("stat", &s);
    SHOW(symlink("file", "link"));
    SHOW(lstat("link", &s));
    printf("%o\n", s.st_mode);
    SHOW(readlink("link", text, sizeof text));
    SHOW(readlink("link", text, 2));
    SHOW(readlink("file", text, 2));
    SHOW(readlink("link", text, 0));
    SHOW(link("file", "hard"));
    SHOW(chmod("file", 0640));
    SHOW(stat("hard", &s));
    show_stat("hard", &s);
    struct statx x;
    SHOW(syscall(SYS_statx, AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, 0xfff, &x));
    printf("statx %o %lld\n", x.stx_mode, (long long)x.stx_size);
    SHOW(fstatat(fd, "", &s, AT_EMPTY_PATH));
    show_stat("empty path", &s);
    SHOW(mkdir("dir", 0777));
    SHOW(mkdir("dir", 0777));
    SHOW(rename("hard", "dir/moved"));
    SHOW(renameat(AT_FDCWD, "dir/moved", AT_FDCWD, "dir/again"));
    int dir = open("dir", O_RDONLY | O_DIRECTORY);
    SHOW(openat(dir, "again", O_RDONLY) > dir);
    SHOW(openat(dir, "../file", O_RDONLY) > dir);
    SHOW(faccessat(dir, "again", R_OK, 0));
    SHOW(access("none", F_OK));
    SHOW(mkdirat(dir, "sub", 0700));
    SHOW(symlinkat("nowhere", dir, "broken"));
    list("dir");
    list(".");
    SHOW(unlinkat(dir, "sub", AT_REMOVEDIR));
    SHOW(unlinkat(dir, "again", 0));
    SHOW(rmdir("dir"));
    SHOW(unlinkat(dir, "broken", 0));
    SHOW(rmdir("dir"));
    SHOW(chdir("none"));
    SHOW(mkdir("deep", 0755));
    SHOW(chdir("deep"));
    char *cwd = getcwd(NULL, 0);
    printf("%s\n", strrchr(cwd, '/'));
    SHOW(getcwd(text, 2) != NULL);
    SHOW(errno);
    SHOW(chdir(".."));
    SHOW(setxattr("file", "user.test", "value", 5, 0) == 0 || errno == ENOTSUP);
    struct statfs fs;
    SHOW(statfs(".", &fs));
    SHOW(truncate("file", 12));
    locks(fd);
    descriptors(fd);
    transfers(fd);
    SHOW(syscall(SYS_openat2, AT_FDCWD, "file", (unsigned long[3]){0, 0, 0}, 24) > 2);
    SHOW(syscall(SYS_memfd_create, "m", 0) > 2);
    SHOW(syscall(1000));
    return 0;
}
