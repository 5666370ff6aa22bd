#include "../guest.h"
#include <sys/uio.h>

int main(void) {
    static char here[64], there[64] = "in the parent", two[8] = "second";
    struct iovec local = {here, 20}, remote[2] = {{there, 14}, {two, 6}};
    SAY(process_vm_readv(getpid(), &local, 1, remote, 2, 0));
    say("%s %.6s", here, here + 14);
    SAY(process_vm_writev(getpid(), &local, 1, remote, 1, 0));
    SAY(process_vm_readv(getpid(), &local, 1, remote, 2, 1));
    SAY(process_vm_readv(getpid(), &local, -1, remote, 2, 0));
    SAY(process_vm_readv(getpid(), (void *)1, 1, remote, 2, 0));
    remote[0].iov_base = (void *)1;
    SAY(process_vm_readv(getpid(), &local, 1, remote, 2, 0));
    remote[0] = (struct iovec){two, 6}, remote[1].iov_base = (void *)1;
    SAY(process_vm_readv(getpid(), &local, 1, remote, 2, 0));
    SAY(process_vm_readv(999999999, &local, 1, remote, 2, 0));
    int p[2], status;
    pipe(p);
    pid_t child = fork();
    if (child == 0) {
        strcpy(there, "in the child");
        char c;
        close(p[1]);
        read(p[0], &c, 1);
        say("child has %s", two);
        _exit(0);
    }
    close(p[0]);
    nap(50);
    remote[0] = (struct iovec){there, 13};
    memset(here, 0, 64);
    SAY(process_vm_readv(child, &local, 1, remote, 1, 0));
    say("%s", here);
    strcpy(here, "put by parent");
    local.iov_len = 7, remote[0] = (struct iovec){two, 7};
    here[6] = 0;
    SAY(process_vm_writev(child, &local, 1, remote, 1, 0));
    close(p[1]);
    wait(&status);
}
