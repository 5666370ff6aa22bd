#include "../guest.h"

int main(void) {
    char name[256], path[5000] = ".";
    memset(name, 'n', 255);
    name[255] = 0;
    SAY(mkdir(name, 0755) == 0);
    name[254] = 0;
    for (int i = 0; i < 15; i++) {
        if (mkdir(name, 0755) || chdir(name))
            return 1;
    }
    for (int i = 0; i < 15; i++)
        chdir("..");
    for (int i = 0; i < 15; i++)
        strcat(strcat(path, "/"), name);
    struct stat s;
    say("length %zu: %d", strlen(path), stat(path, &s));
    strcat(path, "/");
    memset(path + strlen(path), '/', 4095 - strlen(path));
    path[4095] = 0;
    say("length %zu: %d", strlen(path), stat(path, &s));
    strcat(path, "/");
    SAY(stat(path, &s) == -1 ? -1 : 0);
    SAY(open(path, O_RDONLY));
    SAY(readlink(path, name, 10));
    SAY(symlink(path, "link"));
    path[4095] = 0;
    SAY(symlink(path, "link") == 0 || errno == ENAMETOOLONG);
    chdir(path);
    char here[4096];
    SAY(getcwd(here, 4096) != 0 || errno == ENAMETOOLONG || errno == ERANGE);
}
