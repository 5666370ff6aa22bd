// Says hello to its arguments; exits with their number.
#include <stdio.h>

int main(int argc, char **argv) {
    printf("hello");
    for (int i = 1; i < argc; i++)
        printf(" %s", argv[i]);
    printf("\n");
    fprintf(stderr, "%d arguments\n", argc - 1);
    return argc - 1;
}
