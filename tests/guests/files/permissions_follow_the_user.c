#include "../guest.h"

int main(void) {
    if (getuid())
        return SKIP;
    int status;
    umask(0);
    chmod(".", 0755);
    close(open("secret", O_CREAT | O_WRONLY, 0600));
    close(open("public", O_CREAT | O_WRONLY, 0644));
    mkdir("closed", 0700);
    mkdir("sticky", 01777);
    close(open("sticky/mine", O_CREAT | O_WRONLY, 0666));
    if (fork() == 0) {
        SAY(setgid(65534));
        SAY(setuid(65534));
        SAY(open("secret", O_RDONLY));
        SAY(open("public", O_RDONLY) > 0);
        SAY(open("public", O_RDWR));
        SAY(open("closed/x", O_RDONLY));
        SAY(chdir("closed"));
        SAY(access("secret", R_OK));
        SAY(faccessat(AT_FDCWD, "secret", R_OK, AT_EACCESS));
        SAY(unlink("sticky/mine"));
        SAY(chmod("public", 0600));
        SAY(chown("public", 65534, -1));
        SAY(setuid(0));
        SAY(mkdir("new", 0755));
        SAY(link("secret", "sticky/link"));
        SAY(truncate("public", 0));
        SAY(utimensat(AT_FDCWD, "public", 0, 0));
        _exit(0);
    }
    wait(&status);
    say_status("child", status);
    SAY(seteuid(65534));
    SAY(open("secret", O_RDONLY));
    SAY(access("secret", R_OK));
    SAY(faccessat(AT_FDCWD, "secret", R_OK, AT_EACCESS));
    SAY(seteuid(0));
    struct stat s;
    SAY(chown("public", 5, 6));
    stat("public", &s);
    say("%d %d", s.st_uid, s.st_gid);
    chmod("public", 06755);
    chown("public", 7, 7);
    stat("public", &s);
    say("%o", s.st_mode & 07777);
}
