#!/bin/bash
# needs: gdb gcc
cat >main.c <<'C'
#include <stdio.h>
static int counter;
static int twice(int x) {
    counter++;
    return 2 * x;
}
int main(void) {
    int sum = 0;
    for (int i = 0; i < 5; i++) sum += twice(i);
    printf("%d\n", sum);
    return sum;
}
C
gcc -g -O0 -no-pie -o program main.c
gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break twice' -ex run -ex backtrace -ex 'info registers rdi rip' -ex next \
    -ex 'print counter' -ex 'watch counter' -ex 'continue 2' -ex delete -ex finish -ex 'set var counter = 40' -ex 'stepi 5' \
    -ex 'tbreak printf' -ex continue -ex 'print counter' -ex continue ./program 2>/dev/null |
    sed -E 's/process [0-9]+/process N/; /libthread_db|^Using host/d; s/0x0*7[0-9a-f]+/ADDRESS/g; s/0x[0-9a-f]{9,}/ADDRESS/g'
