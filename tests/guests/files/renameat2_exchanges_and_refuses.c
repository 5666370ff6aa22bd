#include "../guest.h"

static void show(const char *name) {
    char text[8] = "";
    int fd = open(name, O_RDONLY);
    if (fd >= 0)
        read(fd, text, 7);
    say("%s: %s", name, fd < 0 ? strerrorname_np(errno) : text);
    close(fd);
}
static void make(const char *name) {
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    write(fd, name, strlen(name));
    close(fd);
}
int main(void) {
    make("a");
    make("b");
    mkdir("d", 0755);
    mkdir("full", 0755);
    make("full/x");
    SAY(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE));
    SAY(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE));
    show("a");
    show("b");
    SAY(renameat2(AT_FDCWD, "a", AT_FDCWD, "none", RENAME_EXCHANGE));
    SAY(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE | RENAME_NOREPLACE));
    SAY(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", 0x100));
    SAY(rename("a", "d"));
    SAY(rename("d", "a"));
    SAY(rename("d", "full"));
    SAY(rename("full", "d"));
    show("d/x");
    SAY(rename("d", "d/y"));
    SAY(rename("none", "a"));
    SAY(rename(".", "x"));
    SAY(rename("a", "b"));
    show("a");
    show("b");
    link("b", "same");
    SAY(rename("b", "same"));
    show("b");
}
