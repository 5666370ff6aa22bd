#include "../guest.h"

struct args { uint64_t value; uint32_t size, flags; };
int main(void) {
    char text[32] = "";
    close(open("file", O_CREAT | O_WRONLY, 0600));
    int d = open(".", O_RDONLY | O_DIRECTORY);
    struct args a = {(uintptr_t)"value", 5, 0};
    long r = syscall(463, d, "file", 0, "user.x", &a, sizeof a);
    if (r && (errno == ENOSYS || errno == EOPNOTSUPP))
        return SKIP;
    a = (struct args){(uintptr_t)text, 31, 0};
    SAY(syscall(464, d, "file", 0, "user.x", &a, sizeof a));
    say("%s", text);
    SAY(syscall(465, d, "file", 0, text, 32));
    SAY(syscall(463, d, "file", 0, "user.x", &a, 8));
    SAY(syscall(464, d, "none", 0, "user.x", &a, sizeof a));
    SAY(syscall(464, d, "file", 0, "user.x", (void *)1, sizeof a));
    a.value = 1;
    SAY(syscall(464, d, "file", 0, "user.x", &a, sizeof a));
    SAY(syscall(466, d, "file", 0, "user.x"));
    SAY(syscall(466, d, "file", 0, "user.x"));
}
