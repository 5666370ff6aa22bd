#include "../guest.h"

int main(void) {
    char text[64];
    struct stat s;
    close(open("file", O_CREAT | O_WRONLY, 0640));
    mkdir("dir", 0755);
    symlink("file", "to-file");
    symlink("dir", "to-dir");
    symlink("none", "dangling");
    symlink("loop2", "loop1");
    symlink("loop1", "loop2");
    SAY(stat("to-file", &s));
    SAY(lstat("to-file", &s));
    say("%o %ld", s.st_mode, (long)s.st_size);
    SAY(stat("dangling", &s));
    SAY(open("loop1", O_RDONLY));
    SAY(open("to-file", O_RDONLY | O_NOFOLLOW));
    SAY(open("to-file", O_PATH | O_NOFOLLOW));
    SAY(readlinkat(3, "", text, 64));
    SAY(lstat("to-dir/", &s));
    say("%o", s.st_mode & S_IFMT);
    SAY(open("to-file/", O_RDONLY));
    SAY(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0600));
    SAY(open("dangling", O_CREAT | O_WRONLY, 0600));
    SAY(access("none", F_OK));
    SAY(unlink("to-dir/"));
    SAY(rmdir("to-dir"));
    SAY(mkdir("to-dir", 0755));
    SAY(readlink("file", text, 64));
    SAY(readlink("to-file", text, 0));
    SAY(readlink("to-file", text, 2));
    SAY(readlink("to-file", (void *)1, 20));
    SAY(symlink("", "empty"));
    char longest[5000];
    memset(longest, 'a', 4999);
    longest[4999] = 0;
    SAY(open(longest, O_RDONLY));
    longest[300] = 0;
    SAY(open(longest, O_RDONLY));
}
