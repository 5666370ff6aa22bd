#include "../guest.h"

static void try(const char *path) {
    char *words[] = {"x", 0};
    execve(path, words, words + 1);
    say("%.20s %s", path, strerrorname_np(errno));
}

int main(void) {
    char *words[] = {"x", 0};
    try("");
    try("/no/such");
    try("/etc/passwd");
    try("/tmp");
    try("/etc/passwd/x");
    char longest[5000];
    memset(longest, 'a', sizeof longest - 1);
    longest[4999] = 0;
    try(longest);
    int fd = open("text", O_CREAT | O_WRONLY, 0700);
    if (write(fd, "not a program", 13) != 13)
        die("write");
    close(fd);
    try("./text");
    fd = open("script", O_CREAT | O_WRONLY, 0700);
    if (write(fd, "#!/no/such/interpreter\n", 23) != 23)
        die("write");
    close(fd);
    try("./script");
    if (symlink("loop", "loop"))
        die("symlink");
    try("loop");
    SAY(execve((void *)8, words, 0));
    SAY(execve("/bin/true", (void *)8, 0));
    char *bad[] = {(void *)8, 0};
    SAY(execve("/bin/true", bad, 0));
    SAY(execve("/bin/true", words, bad));
    char *large = malloc(200000);
    memset(large, 'x', 199999);
    large[199999] = 0;
    char *long_words[] = {large, 0};
    SAY(execve("/bin/true", long_words, 0));
}
