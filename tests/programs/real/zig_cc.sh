#!/bin/bash
# needs: python3 gcc
# the Zig compiler as PyPI has it (`pip install ziglang`)
python=$(ls "${REAL%/tests/programs/real}"/.venv/bin/python 2>/dev/null || command -v python3)
zig=$("$python" -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))' 2>/dev/null)
[ -x "$zig" ] || { echo "no ziglang"; exit 0; }
export ZIG_GLOBAL_CACHE_DIR=$PWD/global ZIG_LOCAL_CACHE_DIR=$PWD/local
cat >main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
static int square(int x) { return x * x; }
int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) printf("%d\n", square(atoi(argv[i])));
    return argc;
}
C
"$zig" cc -target x86_64-linux-gnu -O1 -c main.c && gcc -o program main.o && ./program 3 4 5; echo $?
"$zig" version | cut -c1-2
