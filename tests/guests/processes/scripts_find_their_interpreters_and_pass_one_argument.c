#include "../guest.h"

static void script(const char *name, const char *text) {
    int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0755);
    if (write(fd, text, strlen(text)) < 0)
        die("write");
    close(fd);
}

static void try(const char *name) {
    pid_t child = fork();
    if (!child) {
        execl(name, "zero", "one", "two words", (char *)0);
        say("%s", strerrorname_np(errno));
        _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    say_status(name, status);
}

int main(void) {
    script("a", "#!/bin/sh\necho \"$0: $*\"\n");
    script("b", "#! /bin/echo   -x -y  \n");
    script("c", "#!./b more\n");
    script("d", "#!");
    script("e", "#!/bin/sh -e\nfalse\necho not here\n");
    for (const char *name = "a\0b\0c\0d\0e\0"; *name; name += 2) {
        char path[8];
        snprintf(path, sizeof path, "./%s", name);
        try(path);
    }
}
