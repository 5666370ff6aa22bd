#include "../guest.h"
#include <dirent.h>

int main(void) {
    char path[32];
    mkdir("d", 0755);
    for (int i = 0; i < 300; i++) {
        sprintf(path, "d/%03d", i);
        close(open(path, O_CREAT | O_WRONLY, 0600));
    }
    DIR *d = opendir("d");
    int seen = 0;
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.') {
            seen++;
            sprintf(path, "d/%s", e->d_name);
            unlink(path);
        }
    say("saw %d", seen);
    rewinddir(d);
    seen = 0;
    while (readdir(d))
        seen++;
    say("then %d", seen);
    SAY(rmdir("d"));
    rewinddir(d);
    SAY(readdir(d) == 0);
    SAY(openat(dirfd(d), "x", O_CREAT | O_WRONLY, 0600));
    struct stat s;
    SAY(fstat(dirfd(d), &s));
    say("links %d", (int)s.st_nlink);
}
