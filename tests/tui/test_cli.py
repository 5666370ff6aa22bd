"""The command `blinkenlights`, as a shell runs it, without its screen."""

import subprocess
import sys

import pytest

from blinkenlights.cli.blinkenlights_flags import FLAGS

COMMAND = [sys.executable, "-P", "-m", "blinkenlights.cli.blinkenlights"]


def blinkenlights(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [*COMMAND, *words]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)


@pytest.fixture(scope="module")
def crash(tmp_path_factory):
    """A program that dies by SIGSEGV, and one that exits with 7."""
    directory = tmp_path_factory.mktemp("programs")
    source = directory / "crash.c"
    source.write_text(
        "#include <signal.h>\n#include <unistd.h>\nint value;\n"
        "static void handler(int s) { _exit(9); }\n"
        "int work(int n) { value = n; return n; }\n"
        "int main(int argc, char **argv) {\n"
        "  if (argc > 2) signal(SIGSEGV, handler);\n"
        "  work(7);\n"
        "  if (argc > 1) *(volatile int *)0x1234 = 1;\n"
        "  return value;\n}\n"
    )
    program = directory / "crash"
    made = subprocess.run(["gcc", "-g", "-O0", "-static", "-o", program, source], capture_output=True)
    if made.returncode:
        pytest.skip("there is no C compiler")
    return str(program)


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_has_every_flag(flag):
    outcome = blinkenlights(flag)
    assert outcome.returncode == 0 and not outcome.stderr
    assert all(f"--{row.long}" in outcome.stdout for row in FLAGS)


def test_the_version_is_the_package_s():
    from blinkenlights import __version__

    assert blinkenlights("--version").stdout == f"blinkenlights {__version__}\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ([], 64, "no program named"),
        (["-k"], 64, "unknown flag -k"),
        (["-b"], 64, "-b needs a value"),
        (["--theme", "pink", "x"], 64, "--theme is one of dark, light, plain"),
        (["--zoom=17", "x"], 64, "--zoom is 0 to 16"),
        (["--zoom=x", "x"], 64, "--zoom is 0 to 16"),
        (["--serve=99999", "x"], 64, "--serve takes a port"),
        (["--cpu", "z80", "x"], 64, "--cpu is one of"),
        (["-t", "no-such-program"], 127, "no-such-program: command not found"),
        (["-t", "/no/such/program"], 127, "/no/such/program: No such file"),
        (["-t", "/etc/passwd"], 126, "/etc/passwd: "),
        (["-t", "/"], 126, "/: "),
        (["/bin/echo"], 1, "must be a terminal"),
        (["-t", "-b", "no_such_symbol", "/bin/true"], 64, "no_such_symbol"),
    ],
)
def test_what_is_wrong_is_one_line_and_a_status(words, status, said):
    outcome = blinkenlights(*words)
    assert outcome.returncode == status
    assert outcome.stderr.startswith("blinkenlights: ") and said in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1 and not outcome.stdout


@pytest.mark.parametrize("flags", [[], ["-j"], ["-m"], ["-jm"], ["-R"], ["-H"], ["-vv"], ["-zz"]])
def test_t_runs_a_program_with_these_standard_files(flags):
    outcome = blinkenlights("-t", *flags, "echo", "hello", "world")
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "hello world\n", "")


def test_t_gives_the_exit_status(crash):
    assert blinkenlights("-t", crash).returncode == 7


def test_t_says_which_signal_killed_the_program(crash):
    outcome = blinkenlights("-t", crash, "x")
    assert outcome.returncode == 128 + 11 and "SIGSEGV" in outcome.stderr and "main" in outcome.stderr


def test_t_lets_programs_handle_their_signals(crash):
    assert blinkenlights("-t", crash, "x", "y").returncode == 9


def test_t_tells_breakpoints_and_watchpoints(crash):
    outcome = blinkenlights("-t", "-b", "work", "-w", "value", crash)
    assert outcome.returncode == 7
    first, second = outcome.stderr.splitlines()
    assert "Breakpoint" in first and "[work" in first
    assert "Watchpoint" in second and "0x0 became 0x7" in second


def test_breakpoints_have_conditions(crash):
    assert "Breakpoint" in blinkenlights("-t", "-b", "work if edi == 7", crash).stderr
    assert not blinkenlights("-t", "-b", "work if edi == 8", crash).stderr


def test_s_prints_statistics(crash):
    outcome = blinkenlights("-ts", crash)
    assert "ticks: " in outcome.stderr and outcome.returncode == 7


def test_l_says_where_the_log_goes(crash, tmp_path):
    assert blinkenlights("-t", "-L", str(tmp_path / "log"), crash).returncode == 7
