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


# ---- a PC ----

# A boot sector: each key typed is written with INT 10h, after 3 the machine ends by SYSCALL exit(5).
ECHO = bytes.fromhex(
    "b90300"  # mov cx, 3
    "30e4cd16"  # again: xor ah, ah; int 16h
    "b40ecd10"  # mov ah, 0eh; int 10h
    "e2f6"  # loop again
    "66b83c00000066bf050000000f05"  # mov eax, 60; mov edi, 5; syscall
)


@pytest.fixture
def image(tmp_path):
    def make(code=ECHO):
        path = tmp_path / "disk.img"
        path.write_bytes(code.ljust(510, b"\0") + b"\x55\xaa")
        return str(path)

    return make


def type_at(text, *words):
    command = [*COMMAND, *words]
    return subprocess.run(command, capture_output=True, text=True, input=text, timeout=120)


def test_rt_boots_an_image_types_standard_input_and_gives_the_program_s_status(image):
    outcome = type_at("aB!more", "-rt", image())
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (5, "aB!", "")


def test_rt_ends_when_the_program_waits_for_a_key_and_there_is_none(image):
    outcome = type_at("x", "-rt", image())
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "x", "")


def test_rt_writes_the_debug_console_and_the_serial_port(image):
    code = bytes.fromhex("b045e6e9" "baf803b053ee" "b003e6f4")  # out 0xe9, 'E'; COM1: 'S'; exit 7
    outcome = type_at("", "-rt", image(code))
    assert (outcome.returncode, outcome.stdout) == (7, "ES")


def test_rt_says_that_a_machine_was_shut_down_by_a_triple_fault(image):
    code = bytes.fromhex("0f011e107c" "cc")  # lidt [0x7c10], which is a limit of 0 ; int3
    outcome = type_at("", "-rt", image(code))
    assert (outcome.returncode, outcome.stderr) == (134, "triple fault\n")


def test_rt_stops_at_breakpoints_by_segment_and_offset(image):
    outcome = type_at("abc", "-rt", "-b", "0:7c05", image())
    assert (outcome.returncode, outcome.stdout) == (5, "abc")
    assert outcome.stderr.count("Breakpoint") == 3


def test_rt_stops_at_breakpoints_in_other_segments(image):
    code = bytes.fromhex("ea0500c007" "b003e6f4")  # jmp 7c0h:5
    outcome = type_at("", "-rt", "-b", "7c0:5", image(code))
    assert outcome.returncode == 7 and outcome.stderr.count("Breakpoint") == 1


def test_what_is_written_to_an_image_is_kept_when_one_asks_for_it(image):
    write = bytes.fromhex("b80103" "b90200" "ba0000" "bb007c" "cd13" "b003e6f4")  # sector 2 is written
    path = image(write)
    with open(path, "ab") as disk:  # noqa: PTH123
        disk.write(bytes(1474560 - 512))
    for flags, kept in ((["-rt"], False), (["-rt", "--keep-writes"], True)):
        assert type_at("", *flags, path).returncode == 7
        with open(path, "rb") as disk:  # noqa: PTH123
            assert (disk.read(1024)[512:] == (write.ljust(510, b"\0") + b"\x55\xaa")) is kept


def test_an_alternate_bios_is_started_at_the_reset_vector(image, tmp_path):
    rom = bytearray(0x10000)
    rom[0xFFF0:0xFFF5] = bytes.fromhex("b009e6f490")  # mov al, 9; out 0xf4, al
    (tmp_path / "rom").write_bytes(rom)
    assert type_at("", "-rt", "-B", str(tmp_path / "rom"), image()).returncode == 19


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["no-such-image"], 127, "no-such-image: No such file"),
        (["/"], 126, "/: Is a directory"),
        (["/dev/null"], 126, "/dev/null: is empty"),
        (["-B", "no-such-rom", "disk.img"], 127, "no-such-rom: No such file"),
        (["-B", "/dev/null", "disk.img"], 126, "a ROM has up to 16 MiB"),
        (["disk.img", "argument"], 64, "takes no arguments"),
    ],
)
def test_images_that_cannot_be_booted_are_one_line_and_a_status(words, status, said, image):
    words = [image() if word == "disk.img" else word for word in words]
    outcome = blinkenlights("-rt", *words)
    assert outcome.returncode == status
    assert outcome.stderr.startswith("blinkenlights: ") and said in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1 and not outcome.stdout
