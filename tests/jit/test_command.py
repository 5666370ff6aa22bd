"""The options of `blink` for translated code, its statistics and the tools for translations."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights.core import host
from blinkenlights.core.engine import EXIT_ATTENTION, EXIT_EXCEPTION, Processor
from blinkenlights.core.memory import AddressSpace
from blinkenlights.jit import bisect
from blinkenlights.jit import run as translated
from blinkenlights.jit.perfmap import read_symbols
from tests.runner import ROOT, Outcome, Runner, environment, find_program, run

pytest.importorskip("iced_x86")
from blinkenlights.jit.show import listing

Guest = Callable[..., Path]
MANY = "i=0; while [ $i -lt 400 ]; do i=$((i+1)); case $i in *7) x=$x,$i;; esac; done; echo ${x#,}"


@pytest.fixture
def jit(tmp_path: Path) -> Runner:
    home = tmp_path / "home"
    home.mkdir()
    return Runner(home, ())


def counts(outcome: Outcome, pattern: str) -> list[int]:
    """The numbers that the first match of a pattern has in what was printed to standard error."""
    match = re.search(pattern, outcome.stderr.decode())
    assert match, outcome
    return [int(number) for number in match.groups()]


def test_statistics_tell_what_was_translated(jit: Runner) -> None:
    outcome = jit.blink(["true"], flags=["-s"])
    units, instructions, guest, host = counts(
        outcome, r"(\d+) units of (\d+) instructions translated, (\d+) bytes to (\d+)")  # fmt: skip
    assert 0 < units < instructions < guest < host


def test_statistics_name_what_was_interpreted(jit: Runner) -> None:
    total, cpuid = counts(jit.blink(["true"], flags=["-s"]), r"(\d+) instructions interpreted: .*CPUID (\d+)")
    assert total >= cpuid > 0


def test_statistics_do_not_speak_of_translation_where_there_was_none(jit: Runner) -> None:
    for flag in ("-js", "-ms"):
        outcome = jit.blink(["true"], flags=[flag])
        assert b"translated" not in outcome.stderr
        assert counts(outcome, r"(\d+) instructions in")[0] > 10_000


def test_every_process_prints_statistics_of_its_own(jit: Runner) -> None:
    outcome = jit.blink(["sh", "-c", "(exit 3); echo $?"], flags=["-s"])
    lines = re.findall(r"\[(\d+)\] (\d+) units", outcome.stderr.decode())
    assert outcome.text == "3\n"
    assert len({pid for pid, _ in lines}) == 2
    child, parent = (int(units) for _, units in lines)
    assert child < parent, "the child's own, not what it inherited"


def test_statistics_appear_though_the_program_closes_its_standard_error(jit: Runner) -> None:
    outcome = jit.blink(["sh", "-c", "exec 2>&-"], flags=["-s"])
    assert b"units" in outcome.stderr


def test_a_small_cache_is_emptied_over_and_over_and_programs_still_work(jit: Runner) -> None:
    expected = jit.native(["bash", "-c", MANY])
    outcome = jit.blink(["bash", "-c", MANY], flags=["-s", "--code-cache", "256K"])
    assert outcome.stdout == expected.stdout
    assert counts(outcome, r"(\d+) evictions")[0] > 3


def test_a_large_cache_is_never_emptied(jit: Runner) -> None:
    outcome = jit.blink(["bash", "-c", MANY], flags=["-s", "--code-cache=1G"])
    assert counts(outcome, r"(\d+) units of")[0] > 100
    assert counts(outcome, r"(\d+) evictions") == [0]


@pytest.mark.parametrize("size", ["", "12", "x", "64Q", "-1", "2G", "1" * 30])
def test_an_impossible_cache_size_is_one_line_and_64(size: str, jit: Runner) -> None:
    outcome = jit.blink(["true"], flags=["--code-cache", size])
    assert outcome.status == 64
    assert re.fullmatch(rb"blink: --code-cache .*\n", outcome.stderr), outcome


@pytest.mark.parametrize("words", ["", "401000", "401000-", "9-4", "x-y", "0-1" + "0" * 16])
def test_an_impossible_range_is_one_line_and_64(words: str, jit: Runner) -> None:
    outcome = jit.blink(["true"], flags=["--jit-interpret", words])
    assert outcome.status == 64
    assert re.fullmatch(rb"blink: --jit-interpret .*\n", outcome.stderr), outcome


def test_one_instruction_can_be_translated_at_a_time(jit: Runner) -> None:
    outcome = jit.blink(["echo", "one"], flags=["-s", "--jit-one"])
    units, instructions = counts(outcome, r"(\d+) units of (\d+) instructions")
    assert outcome.text == "one\n" and units == instructions > 1000


def test_addresses_can_be_left_to_the_interpreter(jit: Runner) -> None:
    everything = jit.blink(["echo", "one"], flags=["-s", "--jit-interpret", f"0-{1 << 47:x}"])
    none = jit.blink(["echo", "one"], flags=["-s", "--jit-interpret", "1000-2000"])
    interpreted = r"(\d+) instructions interpreted"
    assert everything.text == none.text == "one\n"
    assert counts(everything, interpreted)[0] > 10_000 > counts(none, interpreted)[0]


def test_perf_is_told_where_units_are_and_whose_they_are(guest: Guest, jit: Runner) -> None:
    program = guest("control.c")
    outcome = jit.blink(["sh", "-c", f"echo $$; exec {program} recursion"], flags=["--perf-map"])
    path = Path(f"/tmp/perf-{outcome.text.split()[0]}.map")
    try:
        lines = [line.split(" ", 2) for line in path.read_text().splitlines()]
    finally:
        path.unlink(missing_ok=True)
    assert any(name == "main" for _, _, name in lines)
    assert all(int(host, 16) > 4096 and int(size, 16) > 0 for host, size, _ in lines)


def test_a_child_of_fork_has_a_map_with_all_it_inherited(jit: Runner) -> None:
    long = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done"  # a child is interpreted at first
    outcome = jit.blink(["sh", "-c", f"echo $$; ({long}; sh -c 'echo $PPID'; :); :"], flags=["--perf-map"])
    paths = [Path(f"/tmp/perf-{pid}.map") for pid in outcome.text.split()]
    try:
        parent, child = ({line.split()[0] for line in path.read_text().splitlines()} for path in paths)
    finally:
        for path in paths:
            path.unlink(missing_ok=True)
    assert len(parent & child) > 100


def test_functions_are_found_by_their_offset_in_the_file(guest: Guest) -> None:
    program = guest("control.c")
    nm = run(["nm", program], env=environment(program.parent)).text
    address = int(re.search(r"^(\w+) T main$", nm, re.MULTILINE)[1], 16)  # type: ignore[index]
    symbols = read_symbols(os.fsencode(program))
    names = {symbols.name(offset) for offset in range(program.stat().st_size)}
    assert "main" in names and address
    assert symbols.name(0) == ""


def test_a_file_that_is_no_program_has_no_functions(tmp_path: Path) -> None:
    for data in (b"", b"#!/bin/sh\n", b"\x7fELF\x02\x01" + b"\xff" * 80, b"\x7fELF\x02\x01"):
        (tmp_path / "file").write_bytes(data)
        assert read_symbols(os.fsencode(tmp_path / "file")).name(0) == ""
    assert read_symbols(b"/nonexistent").name(0) == ""


@pytest.mark.parametrize("flags", [[], ["-j"], ["-m"], ["-jm"]])
def test_traces_are_the_same_with_every_engine(flags: list[str], jit: Runner) -> None:
    def calls(more: list[str]) -> list[str]:
        text = jit.blink(["true"], flags=["--strace", *more]).stderr.decode()
        return re.findall(r"^(?:\[pid +\d+\] |\d+ )?(\w+)\(", text, re.MULTILINE)

    assert calls(flags) == calls(["-j"])
    assert "exit_group" in calls(flags)


# -- tools -----------------------------------------------------------------------------------------


def host_code(*words: str) -> list[str]:
    return [line[38:].strip() for line in listing(["--body", *words])]


def test_a_register_operation_is_copied() -> None:
    assert listing(["--body", "48", "01", "c8"]) == ["401000  add rax, rcx                      add rax, rcx"]


def test_memory_is_reached_through_gs_but_by_way_of_rsp() -> None:
    assert host_code("48 8b 43 08", "48 89 44 24 08") == ["mov rax, gs:[rbx+8]", "mov [rsp+8], rax"]


def test_the_stack_pointers_value_is_its_guest_address() -> None:
    assert host_code("48 89 e5") == ["mov rbp, -membase", "lea rbp, [rsp+rbp]"]
    assert host_code("48 89 ec") == ["mov rsp, membase", "lea rsp, [rsp+rbp]"]


def test_the_stack_pointer_is_masked_as_it_is_only_where_the_flags_must_be_the_same() -> None:
    assert host_code("48 83 e4 f0") == ["and rsp, 0xfffffffffffffff0"]
    assert "and r11, 0xffffffffccae82ed" in host_code("48 81 e4 ed 82 ae cc")


def test_a_register_stands_in_for_the_stack_pointer_that_is_moved_to_and_from_vector_registers() -> None:
    assert "movq mm4, r11" in host_code("48 0f 6e e4")
    assert host_code("66 48 0f 7e e4")[3:] == ["movq r11, xmm4", "mov rsp, membase", "lea rsp, [rsp+r11]",
                                               "mov r11, fs:[spill]"]


def test_the_stack_pointer_is_not_written_by_what_only_reads_it() -> None:
    assert host_code("48 01 e0") == ["mov fs:[spill], r11", "mov r11, -membase", "lea r11, [rsp+r11]",
                                     "add rax, r11", "mov r11, fs:[spill]"]


def test_what_has_no_rule_leaves() -> None:
    assert host_code("0f a2")[-1] == "jmp leave"


def test_a_branch_is_a_link_with_a_stub() -> None:
    lines = listing(["75", "0e", "c3"])
    assert any("jne 401010'" in line for line in lines)
    assert [line.strip() for line in lines][-3] == "401010':"


def test_a_changing_page_is_compared_first() -> None:
    lines = listing(["--checked", "90", "c3"])
    assert lines[0].startswith("still the same?")
    assert any("jmp leave" in line for line in lines)


@pytest.mark.parametrize(("words", "problem"), [
    ("zz", "not hexadecimal"), ("--at x 90", "not hexadecimal"), ("06", "no instruction"),
])  # fmt: skip
def test_wrong_input_to_the_tool_is_one_line(words: str, problem: str) -> None:
    command = [sys.executable, "-m", "blinkenlights.jit.show", *words.split()]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "src"},
                          cwd=ROOT)  # fmt: skip
    assert done.returncode in (1, 2)
    assert re.fullmatch(rf"show: .*{problem}.*\n", done.stderr), done.stderr


@pytest.mark.skipif(not re.search(r"AuthenticAMD.*\bbmi2\b", Path("/proc/cpuinfo").read_text(), re.DOTALL),
                    reason="the listings were made on another kind of CPU")  # fmt: skip
def test_the_documentations_listings_are_up_to_date() -> None:
    done = subprocess.run([sys.executable, ROOT / "docs" / "listings.py", "--check"],
                          env={**os.environ, "PYTHONPATH": str(ROOT / "src")})  # fmt: skip
    assert done.returncode == 0, "run: python docs/listings.py"


@pytest.mark.parametrize("faulty", [0x401234, 0, bisect.TOP - 1, 0x7FFF_F7E0_1234])
def test_bisecting_finds_the_one_faulty_instruction(faulty: int) -> None:
    assert bisect.find(lambda start, end: start <= faulty < end) == (faulty, faulty + 1)


def test_bisecting_finds_the_range_of_two_faulty_instructions() -> None:
    assert bisect.find(lambda start, end: start <= 5 and end > 99) == (5, 100)


@pytest.mark.parametrize("always", [True, False])
def test_bisecting_ends_where_there_is_nothing_to_find(always: bool) -> None:
    with pytest.raises(bisect.Nothing):
        bisect.find(lambda start, end: always)


@pytest.mark.skipif(not find_program("true"), reason="no true")
def test_the_bisecting_tool_says_that_nothing_is_wrong() -> None:
    assert bisect.main(["true"]) == 1


FAKE = """
import sys
flags, program = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
start, end = (int(word, 16) for word in flags[1].split("-")) if len(flags) > 1 else (0, 1 << 47)
print(*program, "right" if start <= 0x401234 < end else "wrong")
"""


def test_the_bisecting_tool_names_the_address_and_how_to_go_on(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fake = tmp_path / "fake.py"  # a blink that translates one instruction wrong
    fake.write_text(FAKE)
    monkeypatch.setattr(bisect, "BLINK", (sys.executable, "-S", "-E", str(fake)))
    monkeypatch.setattr(bisect, "TOP", 1 << 23)
    assert bisect.main(["prog", "-x"]) == 0
    assert "the instruction at 401234: blink --jit-interpret 401234-401235" in capsys.readouterr().out


def test_a_limit_counts_instructions_exactly_where_code_is_translated() -> None:
    host.catch_faults()
    space = AddressSpace(jit=True)
    space.map(0x400000, 0x1000, 7, 0x32)
    space.write(0x400000, bytes.fromhex("ffc0 ebfc"))  # inc eax; jmp back
    cpu = Processor(space)
    cpu.rip, cpu.limit = 0x400000, 1001
    assert cpu.run() == EXIT_ATTENTION
    assert (cpu.icount, cpu.rax) == (1001, 501)


def test_translated_code_ends_before_addresses_that_are_to_be_watched_and_only_while_they_are() -> None:
    host.catch_faults()
    space = AddressSpace(jit=True)
    space.map(0x400000, 0x1000, 7, 0x32)
    space.write(0x400000, bytes.fromhex("ffc0 ffc1 3d64000000 75f5 f4"))  # inc eax; inc ecx; until eax is 100
    cpu = Processor(space)

    def incremented_by_interpreter() -> int:
        before = translated.interpreted(space).get("INC", 0)
        cpu.rip = 0x400000
        cpu.set(0, 0)
        assert cpu.run() == EXIT_EXCEPTION
        assert cpu.rax == 100
        return translated.interpreted(space).get("INC", 0) - before

    assert incremented_by_interpreter() == 0
    translated.stop_translating_at(space, [0x400002, 0x400003, 0x9000000])
    assert incremented_by_interpreter() == 100
    translated.stop_translating_at(space, [0x400002, 0x400000])
    assert incremented_by_interpreter() == 200
    translated.stop_translating_at(space, [])
    assert incremented_by_interpreter() == 0


def test_a_machine_still_meets_its_faults_when_another_of_the_same_thread_has_gone() -> None:
    def fresh() -> Processor:
        space = AddressSpace(jit=True)
        space.map(0x400000, 0x1000, 7, 0x32)
        space.write(0x400000, bytes.fromhex("bc00100000 8b0425 00000000"))  # mov esp, 0x1000; mov eax, [0]
        return Processor(space)

    def fault(cpu: Processor) -> tuple[int, int, int]:
        cpu.rip = 0x400000
        assert cpu.run() == EXIT_EXCEPTION
        return cpu.vector, cpu.fault_address, cpu.rip

    host.catch_faults()
    older, newer = fresh(), fresh()
    assert fault(older) == fault(newer) == fault(older) == (14, 0, 0x400005)
    del newer
    assert fault(older) == (14, 0, 0x400005)
