"""The `blink` command: flags, exit statuses, the log, and what the program gets."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import BLINK, Outcome, environment

Blink = Callable[..., Outcome]


def one_line(outcome: Outcome) -> str:
    lines = outcome.stderr.decode().splitlines()
    assert len(lines) == 1, outcome
    assert lines[0].startswith("blink: "), outcome
    return lines[0]


@pytest.mark.parametrize("flags", [["-h"], ["--help"], ["-jh"]])
def test_help_shows_every_flag_and_exits_with_0(flags: list[str], blink: Blink) -> None:
    outcome = blink([], flags=flags)
    assert outcome.status == 0 and outcome.stderr == b""
    for flag in ("-h", "-j", "-m", "-L", "-s", "-0", "--strace", "--cpu", "--strict", "--version"):
        assert flag in outcome.text


def test_version_is_shown(blink: Blink) -> None:
    assert re.fullmatch(r"blink \d+\.\d+\.\d+\n", blink([], flags=["--version"]).text)


@pytest.mark.parametrize("flags", [["-x"], ["--nonsense"], ["-jx"], ["-L"], ["--log"], ["--strace=1"], [],
                                   ["-0", "true"]])
def test_a_wrong_command_line_is_one_line_and_64(flags: list[str], blink: Blink) -> None:
    outcome = blink([], flags=flags)
    one_line(outcome)
    assert outcome.status == 64


@pytest.mark.parametrize("flags", [["-j"], ["-jm"], ["-m", "-j"], ["--no-jit", "--virtual"], ["-j", "--"]])
def test_flags_stop_at_the_first_word_that_is_none(flags: list[str], blink: Blink) -> None:
    outcome = blink(["echo", "-j", "-m", "--version"], flags=flags)
    assert outcome.text == "-j -m --version\n"


@pytest.mark.parametrize("status", [0, 1, 77, 255])
def test_the_exit_status_is_the_programs(status: int, blink: Blink) -> None:
    assert blink(["sh", "-c", f"exit {status}"]).status == status


def test_a_program_killed_by_a_signal_kills_blink_by_it(blink: Blink) -> None:
    assert blink(["sh", "-c", "kill -USR1 $$"]).status == -10


@pytest.mark.parametrize("name", ["no-such-program-here", "/no/such/program", "./no-such", "/etc/passwd/x",
                                  ""])
def test_a_program_that_is_not_found_is_one_line_and_127(name: str, blink: Blink) -> None:
    outcome = blink([name])
    one_line(outcome)
    assert outcome.status == 127


def test_a_file_that_may_not_be_executed_is_one_line_and_126(tmp_path: Path, blink: Blink) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"#!/bin/sh\n")
    assert "Permission denied" in one_line(blink([path]))
    assert blink([path]).status == 126
    assert blink([tmp_path]).status == 126


@pytest.mark.parametrize("content", [b"", b"just text\n", b"\0" * 100, b"MZ\x90", b"#!"])
def test_a_file_of_unknown_format_is_one_line_and_126(content: bytes, tmp_path: Path, blink: Blink) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    path.chmod(0o755)
    outcome = blink([path])
    one_line(outcome)
    assert outcome.status == 126


def test_a_name_without_slash_is_searched_on_path(tmp_path: Path, blink: Blink) -> None:
    for directory in ("first", "second", "third"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "thing").write_text(f"#!/bin/sh\necho {directory} $0\n")
    (tmp_path / "second/thing").chmod(0o755)
    (tmp_path / "third/thing").chmod(0o755)
    path = ":".join(str(tmp_path / directory) for directory in ("first", "second", "third"))
    outcome = blink(["thing"], env={"PATH": path})
    assert outcome.text == f"second {tmp_path}/second/thing\n"


def test_argument_0_is_the_word_given_or_chosen_with_0(blink: Blink, guest: Callable[..., Path]) -> None:
    shell = "/bin/bash" if Path("/bin/bash").exists() else "/bin/sh"
    assert blink([shell, "-c", "echo $0"]).text == f"{shell}\n"
    outcome = blink([shell, "other name", "-c", "echo $0 $1", "--", "x"][:5], flags=["-j0"])
    assert outcome.text == "other name\n" or outcome.text.startswith("--"), outcome


def test_environment_and_arguments_arrive_byte_for_byte(blink: Blink) -> None:
    outcome = blink(["env"], env={"ODD": "a=b\n c"})
    expected = environment(Path("/nowhere"))
    lines = outcome.stdout.split(b"\0")[0].decode().splitlines()
    assert "ODD=a=b" in lines
    assert {line.partition("=")[0] for line in lines} == {*expected, "ODD", " c"}
    raw = subprocess.run([*BLINK, b"-j", b"/bin/echo", b"\xff\xfe\x80 \xc3"], capture_output=True,
                         env=environment(Path("/nowhere")), stdin=subprocess.DEVNULL)
    assert raw.stdout == b"\xff\xfe\x80 \xc3\n"


@pytest.mark.parametrize("locale", [{"LC_ALL": ""}, {"LC_ALL": "C"}, {"LANG": "C"}])
def test_no_variable_of_pythons_own_is_added(locale: dict[str, str], blink: Blink) -> None:
    outcome = blink(["env"], env=locale)
    assert "LC_CTYPE" not in outcome.text, outcome


def test_sigpipe_has_its_default_action(blink: Blink) -> None:
    outcome = blink(["sh", "-c", "yes | head -n 1; exit 5"])
    assert outcome.text == "y\n" and outcome.status == 5 and outcome.stderr == b"", outcome


def test_standard_input_and_descriptors_are_the_programs_own(tmp_path: Path, blink: Blink) -> None:
    assert blink(["cat"], stdin=b"some input").stdout == b"some input"
    assert blink(["ls", "/proc/self/fd"]).text.split() == ["0", "1", "2", "3"]


def test_no_log_file_is_made_when_nothing_is_logged(tmp_path: Path, blink: Blink) -> None:
    log = tmp_path / "log"
    blink(["true"], flags=["-j", "-L", str(log)])
    assert not log.exists()
    blink(["true"], flags=["-j"], env={"TMPDIR": str(tmp_path)})
    assert not (tmp_path / "blink.log").exists()


def test_the_log_goes_where_the_flag_or_the_environment_says(
        tmp_path: Path, blink: Blink, guest: Callable[..., Path]) -> None:
    crash = [guest("faults.c"), "read-null", "default"]
    places = [(["-L", "{}"], {}), (["-L{}"], {}), (["--log={}"], {}), ([], {"BLINK_LOG_FILENAME": "{}"})]
    for i, (flags, variables) in enumerate(places):
        log = str(tmp_path / f"log{i}")
        blink(crash, flags=["-j", *(flag.format(log) for flag in flags)],
              env={name: value.format(log) for name, value in variables.items()})
        assert "signal 11" in Path(log).read_text()
    blink(crash, flags=["-j"], env={"TMPDIR": str(tmp_path)})
    assert "signal 11" in (tmp_path / "blink.log").read_text()
    assert b"signal 11" in blink(crash, flags=["-j", "-L", "-"]).stderr
    assert b"signal 11" in blink(crash, flags=["-j", "-L", "/dev/stderr"]).stderr


def test_statistics_go_to_standard_error_at_exit(blink: Blink) -> None:
    outcome = blink(["true"], flags=["-js"])
    assert re.search(rb"\d+ instructions", outcome.stderr)
    assert outcome.stdout == b""


def test_strace_shows_calls_with_their_results(blink: Blink) -> None:
    outcome = blink(["true"], flags=["-j", "--strace"])
    assert outcome.status == 0
    assert re.search(rb"^execve\(|^brk\(", outcome.stderr, re.MULTILINE)
    assert b"exit_group(0)" in outcome.stderr


def test_the_package_offers_the_machine_without_loading_it_first() -> None:
    import blinkenlights
    from blinkenlights.machine import Machine

    assert blinkenlights.Machine is Machine
    assert not hasattr(blinkenlights, "Machinery")
