"""What the dialogs say of a stop, about a real program's faults."""

import subprocess

import pytest

from blinkenlights import Machine
from blinkenlights.tui.words import told
from tests.tui import guests

SOURCE = """
#include <stdlib.h>
#include <string.h>
int deep(int n) { volatile char room[4096]; room[0] = n; return deep(n + 1) + room[0]; }
int main(int argc, char **argv) {
    char *what = argv[1];
    volatile int zero = 0;
    if (!strcmp(what, "jump")) ((void (*)(void))0)();
    if (!strcmp(what, "stack")) return deep(0);
    if (!strcmp(what, "divide")) return 100 / zero;
    if (!strcmp(what, "trap")) __builtin_trap();
    if (!strcmp(what, "null")) *(volatile int *)8 = 1;
    if (!strcmp(what, "constant")) *(volatile char *)"abc" = 1;
    if (!strcmp(what, "data")) { static char code[1] = {0xc3}; ((void (*)(void))code)(); }
    if (!strcmp(what, "halt")) __asm__("hlt");
    if (!strcmp(what, "abort")) abort();
    return 7;
}
"""

WORDS = {
    "jump": ["jumped to where nothing is mapped: a null pointer"],
    "stack": ["In deep+", "below the stack's end", "too deeply"],
    "divide": ["In main+", "line 10", "divided by zero"],
    "trap": ["In main+", "never get to"],
    "null": ["line 12", "Nothing is mapped there: a null pointer"],
    "constant": ["line 13", "faults,", "may not be written"],
    "data": ["may not be executed"],
    "halt": ["line 15", "HLT is for kernels"],
    "abort": ["SIGABRT", "R restarts"],
    "": ["exited with status 7.", "R restarts"],
}


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    directory = tmp_path_factory.mktemp("faults")
    (directory / "faults.c").write_text(SOURCE)
    made = subprocess.run(["gcc", "-g", "-O0", "-static", "-w", "-o", "faults", "faults.c"], cwd=directory)
    if made.returncode:
        pytest.skip("there is no C compiler")
    return str(directory / "faults")


@pytest.mark.parametrize("what", WORDS)
def test_a_stop_is_told_with_its_place_and_its_reason(faults, what):
    with Machine.load(faults, ["faults", what]) as machine:
        machine.reactive = True
        reason = machine.run(timeout=60)
        text = told(machine, reason)
        assert text.startswith(str(reason))
        assert [words for words in WORDS[what] if words not in text] == [], text


def test_a_breakpoint_is_told_by_its_name():
    with guests.fib() as machine:
        machine.add_breakpoint("fib")
        assert told(machine, machine.run()).endswith("In fib.")
