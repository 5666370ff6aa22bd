#include "../guest.h"

static void make(const char *name, const char *content, int mode) {
    int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0700);
    write(fd, content, strlen(content));
    close(fd);
    chmod(name, mode);
}
static void run(const char *path) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        execl(path, "zero", "one", "two words", (char *)0);
        say("%s: %s", path, strerrorname_np(errno));
        _exit(50);
    }
    waitpid(child, &status, 0);
    say_status(path, status);
}
int main(void) {
    char long_line[600];
    make("plain", "#!/bin/echo\nrest\n", 0755);
    make("argument", "#! /bin/echo   an argument  with blanks \nrest\n", 0755);
    make("sh", "#!/bin/sh\necho $0 $# \"$2\"\nexit 7\n", 0755);
    make("none", "#!\n", 0755);
    make("missing", "#!/no/such/interpreter\n", 0755);
    make("directory", "#!/bin\n", 0755);
    make("noexec", "#!/bin/echo\n", 0644);
    make("noshebang", "echo hello\n", 0755);
    make("empty", "", 0755);
    make("binary", "\x7f" "ELFxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0755);
    make("nonewline", "#!/bin/echo end", 0755);
    make("relative", "#!./sh\n", 0755);
    memset(long_line, 'x', 599);
    memcpy(long_line, "#!/bin/echo ", 12);
    long_line[599] = 0;
    make("long", long_line, 0755);
    for (int i = 0; i < 8; i++) {
        char name[16], content[64];
        sprintf(name, "deep%d", i);
        sprintf(content, "#!./deep%d\n", i - 1);
        if (i == 0)
            strcpy(content, "#!/bin/echo\n");
        make(name, content, 0755);
    }
    make("missing1", "#!./missing\n", 0755);
    for (int i = 2; i < 7; i++) {
        char name[16], content[64];
        sprintf(name, "missing%d", i);
        sprintf(content, "#!./missing%d\n", i - 1);
        make(name, content, 0755);
    }
    const char *names[] = {"./plain", "./argument", "./sh", "./none", "./missing", "./directory", "./noexec", "./noshebang", "./empty", "./binary", "./nonewline", "./relative", "./long", "./deep0", "./deep3", "./deep4", "./deep5", "./deep7", "./missing1", "./missing5", "./missing6", ".", "./nothing"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        run(names[i]);
}
