#include "../guest.h"
#define KEY(...) syscall(SYS_keyctl, __VA_ARGS__)

int main(void) {
    char text[64] = "";
    long ring = KEY(1, 0L);
    if (ring < 0)
        return SKIP;
    long key = syscall(SYS_add_key, "user", "guest:test", "secret", 6L, -3L);
    if (key < 0)
        return SKIP;
    SAY(KEY(11, key, text, 64L));
    say("%.6s", text);
    SAY(KEY(2, key, "other", 5L));
    memset(text, 0, 64);
    SAY(KEY(11, key, text, 64L));
    say("%s", text);
    SAY(KEY(10, -3L, "user", "guest:test", 0L) == key);
    SAY(KEY(10, -3L, "user", "guest:none", 0L));
    SAY(KEY(6, key, text, 64L) > 0);
    say("%d", !strncmp(text, "user;", 5));
    SAY(KEY(11, key, 0L, 0L));
    SAY(KEY(9, key, -3L));
    SAY(KEY(11, -1L, text, 64L));
    SAY(syscall(SYS_request_key, "user", "guest:none", 0L, 0L));
}
