#include "../guest.h"

#include <spawn.h>
extern char **environ;

int main(void) {
    pid_t child;
    int status;
    char *words[] = {"sh", "-c", "read line; echo got $line; kill -0 $$ && exit 5", 0};
    char *nothing[] = {"x", 0};
    SAY(posix_spawn(&child, "/no/such", 0, 0, nothing, environ) == ENOENT);
    SAY(posix_spawn(&child, "/etc/passwd", 0, 0, nothing, environ) == EACCES);
    SAY(posix_spawnp(&child, "no-such-program", 0, 0, nothing, environ) == ENOENT);
    int ends[2];
    if (pipe(ends))
        die("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    sigset_t set = set_of(SIGTERM, SIGINT, 0);
    posix_spawnattr_setsigdefault(&attributes, &set);
    block(SIGUSR1);
    SAY(posix_spawn(&child, "/bin/sh", &actions, &attributes, words, environ));
    say("own group %d", getpgid(child) == child);
    if (write(ends[1], "words\n", 6) != 6)
        die("write");
    waitpid(child, &status, 0);
    say_status("child", status);
    posix_spawn_file_actions_addopen(&actions, 7, "/no/such/file", O_RDONLY, 0);
    SAY(posix_spawn(&child, "/bin/sh", &actions, &attributes, words, environ) == ENOENT);
}
