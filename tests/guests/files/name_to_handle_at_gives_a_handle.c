#include "../guest.h"

int main(void) {
    struct { struct file_handle h; char room[128]; } it = {.h.handle_bytes = 0};
    int mount, fd = open("file", O_RDWR | O_CREAT, 0600);
    write(fd, "text", 4);
    SAY(name_to_handle_at(AT_FDCWD, "file", &it.h, &mount, 0));
    say("wanted some %d", it.h.handle_bytes > 0);
    it.h.handle_bytes = 128;
    SAY(name_to_handle_at(AT_FDCWD, "file", &it.h, &mount, 0));
    SAY(name_to_handle_at(fd, "", &it.h, &mount, AT_EMPTY_PATH));
    SAY(name_to_handle_at(AT_FDCWD, "none", &it.h, &mount, 0));
    SAY(name_to_handle_at(AT_FDCWD, "file", (void *)1, &mount, 0));
    SAY(name_to_handle_at(AT_FDCWD, "file", &it.h, (void *)1, 0));
    SAY(name_to_handle_at(AT_FDCWD, "file", &it.h, &mount, 0x10));
    int again = open_by_handle_at(AT_FDCWD, &it.h, O_RDONLY);
    char text[8] = "";
    if (again >= 0)
        read(again, text, 4);
    say("by handle: %s", again >= 0 ? text : strerrorname_np(errno));
}
