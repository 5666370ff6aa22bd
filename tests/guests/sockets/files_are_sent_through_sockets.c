#include "../guest.h"
#include <sys/sendfile.h>

int main(void) {
    int s[2], p[2], fd = open("file", O_RDWR | O_CREAT, 0600);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    pipe(p);
    static char text[100000], got[100000];
    for (int i = 0; i < 100000; i++)
        text[i] = i * 7;
    write(fd, text, 100000);
    int status;
    if (fork() == 0) {
        off_t at = 0;
        while (at < 100000 && sendfile(s[0], fd, &at, 100000 - at) > 0)
            ;
        _exit(0);
    }
    close(s[0]);
    size_t have = 0;
    for (ssize_t n; (n = read(s[1], got + have, sizeof got - have)) > 0; have += n)
        ;
    wait(&status);
    say("%zu same %d", have, !memcmp(text, got, 100000));
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    write(s[0], "spliced", 7);
    SAY(splice(s[1], 0, p[1], 0, 100, 0));
    SAY(read(p[0], got, 100));
    write(p[1], "back", 4);
    SAY(splice(p[0], 0, s[1], 0, 100, SPLICE_F_MORE));
    SAY(read(s[0], got, 100));
    struct stat st;
    fstat(s[0], &st);
    say("%o", st.st_mode & S_IFMT);
    SAY(lseek(s[0], 0, SEEK_SET));
    SAY(pread(s[0], got, 1, 0));
    SAY(fsync(s[0]));
    SAY(ftruncate(s[0], 0));
}
