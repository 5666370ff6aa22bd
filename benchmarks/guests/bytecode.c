// An interpreter's loop: a switch on bytecodes, indirect jumps all the way.
#include <stdio.h>
#include <stdlib.h>

enum { PUSH, ADD, MUL, DUP, SWAP, DROP, MASK, LOAD, STORE, LOOP, HALT };

static const int program[] = {
    PUSH, 1, STORE, 0, PUSH, 7, STORE, 1,
    // loop:
    LOAD, 0, PUSH, 31, MUL, LOAD, 1, ADD, MASK, 0xffff, STORE, 0,
    LOAD, 1, DUP, ADD, PUSH, 3, ADD, MASK, 0xfff, STORE, 1,
    LOAD, 0, LOAD, 1, SWAP, DROP, DROP,
    LOOP, 8, HALT,
};

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 1000000;
    long stack[16], variable[2] = {0, 0};
    long *top = stack;
    const int *pc = program;
    for (;;) {
        switch (*pc++) {
        case PUSH: *++top = *pc++; break;
        case ADD: top--; *top += top[1]; break;
        case MUL: top--; *top *= top[1]; break;
        case DUP: top++; *top = top[-1]; break;
        case SWAP: { long t = *top; *top = top[-1]; top[-1] = t; break; }
        case DROP: top--; break;
        case MASK: *top &= *pc++; break;
        case LOAD: *++top = variable[*pc++]; break;
        case STORE: variable[*pc++] = *top--; break;
        case LOOP: if (--rounds > 0) pc = program + *pc; else pc++; break;
        case HALT: printf("%ld %ld\n", variable[0], variable[1]); return 0;
        }
    }
}
