#include "../guest.h"

static void make(const char *name, const char *content, int mode) {
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (write(fd, content, strlen(content)) < 0)
        die(name);
    close(fd);
    chmod(name, mode);
}

// Tries to run a program, and says what it came to; the child goes on with what it has if it can't.
static void attempt(int round, const char *what, const char *path, char **words, char **environment) {
    pid_t pid = fork();
    if (pid == 0) {
        errno = 0;
        execve(path, words, environment);
        say("round %d, %s: %s; memory is there %d", round, what, strerrorname_np(errno), strlen(what) > 0);
        if (errno == ENOENT)
            execl("/bin/true", "true", (char *)0);
        _exit(errno & 63);
    }
    int status;
    waitpid(pid, &status, 0);
    say("round %d, %s: status %#x", round, what, status);
}

int main(void) {
    char *words[] = {"one", "two", 0}, *none[] = {0}, *bad[] = {"one", (char *)8, 0};
    char *large = malloc(200000), *long_words[] = {"echo", large, 0};
    memset(large, 'x', 199999);
    large[199999] = 0;
    char *many[3000];
    for (int i = 0; i < 2999; i++)
        many[i] = "word";
    many[0] = "sh", many[1] = "-c", many[2] = "echo $#", many[2999] = 0;
    make("script", "#!/bin/sh -e\necho \"$0 $@\"; exit 3\n", 0700);
    make("plain", "no program\n", 0700);
    make("forbidden", "#!/bin/sh\n", 0600);
    make("lost", "#!/no/such/interpreter\n", 0700);
    make("short", "\177ELF\2\1\1", 0700);
    for (int round = 0; round < 3; round++) {
        attempt(round, "nothing", "no-such-file", words, none);
        attempt(round, "no directory", "script/x", words, none);
        attempt(round, "an empty name", "", words, none);
        attempt(round, "a directory", ".", words, none);
        attempt(round, "no permission", "forbidden", words, none);
        attempt(round, "no format", "plain", words, none);
        attempt(round, "cut short", "short", words, none);
        attempt(round, "a lost script", "lost", words, none);
        attempt(round, "a script", "./script", words, none);
        attempt(round, "a bad name", (char *)8, words, none);
        attempt(round, "bad words", "/bin/true", bad, none);
        attempt(round, "a bad array", "/bin/true", (char **)8, none);
        attempt(round, "a large word", "/bin/echo", long_words, none);
        attempt(round, "many words", "/bin/sh", many, none);
        attempt(round, "no words", "/bin/true", none, none);
        attempt(round, "no environment", "/bin/true", words, 0);
    }
}
