"""A compiler, make and git: everything they start runs inside blink too."""

from pathlib import Path

import pytest

HELLO = """
#include <stdio.h>
#include <math.h>
static int square(int x) { return x * x; }
int main(int argc, char **argv) {
    double sum = 0;
    for (int i = 1; i < 50; i++) sum += sqrt(square(i)) / 3;
    printf("%s %d %.12f\\n", argc > 1 ? argv[1] : "none", square(12), sum);
    return 3;
}
"""

MAKEFILE = """
OBJECTS = $(patsubst %,part%.o,1 2 3 4)
program: $(OBJECTS) main.o
\tcc -o $@ $^
main.o: main.c
%.o: %.c
\tcc -O1 -c -o $@ $<
"""


def write_program(home: Path) -> None:
    (home / "hello.c").write_text(HELLO)
    (home / "broken.c").write_text("int main(void) { return missing; }\n")


def write_project(home: Path) -> None:
    (home / "Makefile").write_text(MAKEFILE)
    calls = ""
    for i in range(1, 5):
        (home / f"part{i}.c").write_text(f"int part{i}(int x) {{ return x * {i} + {i * i}; }}\n")
        calls += f"x = part{i}(x);\n"
    declarations = "".join(f"int part{i}(int);\n" for i in range(1, 5))
    (home / "main.c").write_text(
        f"#include <stdio.h>\n{declarations}int main(void) {{ int x = 1;\n{calls}printf(\"%d\\n\", x); return 0; }}\n")


@pytest.mark.parametrize("options", ["-O0", "-O2 -g", "-static -O1", "-S -O2 -o -", "-E"])
def test_compile_link_and_run(options, program, same_as_native):
    """The whole of it, the program it makes included, runs inside."""
    program("gcc")
    output = "" if "-S" in options or "-E" in options else "-o hello"
    script = f"gcc {options} {output} hello.c -lm && {{ test ! -e hello || ./hello there; }}"
    same_as_native([program("sh"), "-c", script], prepare=write_program, timeout=300)


def test_compiler_error(program, same_as_native):
    same_as_native([program("gcc"), "-c", "broken.c"], prepare=write_program)


def test_made_object_is_the_same(program, same_as_native):
    program("gcc")
    same_as_native([program("sh"), "-c", "gcc -O2 -c hello.c && cksum < hello.o"], prepare=write_program)


def test_parallel_make(program, same_as_native):
    program("cc")
    script = f"{program('make')} -j2 -O -s && ./program && make -q; echo $?"
    same_as_native([program("sh"), "-c", script], prepare=write_project, timeout=300)


GIT = """
set -e
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
export GIT_CONFIG_NOSYSTEM=1
git init -q -b main project && cd project
git config user.name Tester && git config user.email tester@example.com
seq 1 100 > numbers && echo hello > greeting
git add . && git commit -q -m 'First'
sed -i s/50/fifty/ numbers && git commit -q -a -m 'Second'
git checkout -q -b side HEAD~1 && echo more >> greeting && git commit -q -a -m 'Third'
git merge -q -m 'Merge' main
git log --stat --format='%H %an %s' --graph
git diff HEAD~1 && git status --short && git rev-parse HEAD && git show --stat
git gc -q && git fsck && git archive HEAD | cksum && git ls-files -s
"""


def test_git(program, same_as_native):
    program("git")
    same_as_native([program("sh"), "-c", GIT], timeout=300)
