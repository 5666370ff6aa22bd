// toolchain: dynamic-glibc
#include "../guest.h"

int main(int argc, char **argv) {
    int status;
    char *none[] = {0}, self[4096] = "";
    say("argc %d, argv[0] %s, environment %s", argc, argv[0] ? (argv[0][0] ? "some" : "empty") : "null", environ[0] ? "some" : "none");
    if (argc < 1 || !environ[0])
        return 5;
    readlink("/proc/self/exe", self, 4095);
    if (fork() == 0) {
        execve(self, none, none);
        _exit(50);
    }
    wait(&status);
    say_status("child", status);
    if (fork() == 0) {
        execve(self, 0, 0);
        _exit(50);
    }
    wait(&status);
    say_status("child", status);
    static char big[200000];
    memset(big, 'x', 199999);
    if (fork() == 0) {
        SAY(execve(self, (char *[]){"x", big, 0}, none));
        big[131071] = 0;
        execve("/bin/true", (char *[]){"x", big, 0}, none);
        _exit(50);
    }
    wait(&status);
    say_status("child", status);
    static char *many[200000];
    for (int i = 0; i < 199999; i++)
        many[i] = "an argument of some length";
    SAY(execve("/bin/true", many, none));
}
