#include <stdio.h>

int main(void) {
    printf("compiled and run by blink\n");
    return 0;
}
