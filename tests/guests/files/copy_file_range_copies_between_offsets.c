#include "../guest.h"

int main(void) {
    int from = open("from", O_RDWR | O_CREAT, 0600), to = open("to", O_RDWR | O_CREAT, 0600);
    write(from, "0123456789", 10);
    loff_t in = 2, out = 5;
    SAY(copy_file_range(from, &in, to, &out, 100, 0));
    say("%ld %ld", (long)in, (long)out);
    SAY(copy_file_range(from, &in, to, &out, 100, 0));
    SAY(lseek(from, 4, SEEK_SET));
    SAY(copy_file_range(from, 0, to, 0, 3, 0));
    char text[32] = "";
    long n = pread(to, text, 31, 0);
    for (int i = 0; i < n; i++)
        text[i] = text[i] ? text[i] : '.';
    say("%ld %s", n, text);
    SAY(copy_file_range(from, (void *)1, to, 0, 3, 0));
    SAY(copy_file_range(from, 0, to, 0, 3, 1));
    in = 0, out = 3;
    SAY(copy_file_range(from, &in, from, &out, 5, 0));
    SAY(copy_file_range(-1, 0, to, 0, 3, 0));
}
