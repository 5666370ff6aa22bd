"""The GDB stub: packets by hand, and sessions of the real gdb."""

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE, STDOUT
from xml.etree import ElementTree

import pytest

from blinkenlights import Machine
from blinkenlights.debugger.gdb import registers
from blinkenlights.debugger.gdb.channel import Parser, escape, frame, unescape
from blinkenlights.debugger.gdb.listen import BadPlace, place_of
from blinkenlights.debugger.gdb.running import from_gdb, to_gdb
from blinkenlights.debugger.gdb.server import Server
from tests.runner import BLINK, ROOT, environment, kill_group, started

GUESTS = Path(__file__).parent / "guests"
TIMEOUT = 60
Guest = Callable[..., Path]


# ---- packets ----


@pytest.mark.parametrize("data", [b"", b"plain", b"#$}*", bytes(range(256)), b"}" * 9])
def test_binary_data_comes_back_as_it_went(data: bytes) -> None:
    assert unescape(escape(data)) == data
    assert not set(escape(data)) & set(b"#$*")
    assert Parser().feed(frame(escape(data))) == [("packet", escape(data))]


def test_a_stream_is_taken_apart_wherever_it_is_cut() -> None:
    stream = b"+" + frame(b"qC") + b"\x03" + b"$g#00" + b"-" + frame(b"m0,4")
    expected = [
        ("ack", b""),
        ("packet", b"qC"),
        ("interrupt", b""),
        ("bad", b"g"),
        ("nak", b""),
        ("packet", b"m0,4"),
    ]
    for size in range(1, len(stream)):
        parser = Parser()
        found = [event for at in range(0, len(stream), size) for event in parser.feed(stream[at : at + size])]
        assert found == expected


def test_noise_is_skipped() -> None:
    assert Parser().feed(b"\0noise\r\n" + frame(b"g")) == [("packet", b"g")]


def test_signals_have_gdb_s_numbers() -> None:
    assert [to_gdb(n) for n in (2, 7, 10, 11, 12, 17, 31, 32, 33, 63, 64)] == [
        2,
        10,
        30,
        11,
        31,
        20,
        12,
        77,
        45,
        75,
        78,
    ]
    assert all(from_gdb(to_gdb(n)) == n for n in range(1, 65) if n != 16)
    assert [from_gdb(n) for n in (0, 7, 76, 200)] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "text, place",
    [
        ("1234", 1234),
        (":1234", 1234),
        ("localhost:0", 0),
        ("127.0.0.1:65535", 65535),
        ("-", "-"),
        ("/tmp/socket", "/tmp/socket"),
        ("./socket", "./socket"),
    ],
)
def test_places_to_listen_at(text: str, place: str | int) -> None:
    assert place_of(text) == place


@pytest.mark.parametrize("text", ["", "x", "65536", "-1", "1.2.3.4:5", "host:1", "12 ", "٣", "localhost:"])
def test_other_places_are_refused(text: str) -> None:
    with pytest.raises(BadPlace):
        place_of(text)


def test_the_description_lists_registers_in_their_order() -> None:
    tree = ElementTree.fromstring(
        registers.target_description().replace(b'<!DOCTYPE target SYSTEM "gdb-target.dtd">', b"")
    )
    found = [(reg.get("name"), int(reg.get("bitsize") or 0)) for reg in tree.iter("reg")]
    assert found == [(row.name, row.bits) for row in registers.REGISTERS]
    assert [int(reg.get("regnum") or -1) for reg in tree.iter("reg")] == list(range(len(found)))
    assert found[16] == ("rip", 64) and found[56] == ("mxcsr", 32)


class Client:
    """Talks to a server of bare code, without gdb."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        ours, theirs = socket.socketpair()
        self.socket = ours
        self.socket.settimeout(TIMEOUT)
        self.server = Server(machine, theirs.fileno(), theirs.fileno())
        self.theirs = theirs
        self.parser = Parser()
        self.ending = ""
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        self.found: list[bytes] = []

    def serve(self) -> None:
        self.ending = self.server.serve()

    def send(self, payload: bytes) -> None:
        self.socket.sendall(frame(payload))

    def receive(self) -> bytes:
        while not self.found:
            data = self.socket.recv(1 << 16)
            assert data, "the server has gone"
            self.found += [payload for kind, payload in self.parser.feed(data) if kind == "packet"]
        return self.found.pop(0)

    def ask(self, payload: bytes) -> bytes:
        self.send(payload)
        return self.receive()

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(TIMEOUT)
        self.socket.close()
        self.theirs.close()
        self.machine.close()


LOOP = bytes.fromhex("48ffc0 48890425 00204000 ebf3 f4".replace(" ", ""))  # inc %rax; mov %rax,0x402000; jmp


@pytest.fixture
def client() -> Iterator[Client]:
    machine = Machine.from_bytes(LOOP, 0x400000)
    machine.map(0x500000, 0x1000)
    client = Client(machine)
    yield client
    client.close()


def test_registers_are_read_and_written(client: Client) -> None:
    client.machine.regs.rax = 0x1122334455667788
    everything = client.ask(b"g")
    assert everything.startswith(b"8877665544332211") and len(everything) == 2 * sum(
        row.size for row in registers.REGISTERS
    )
    assert client.ask(b"p0") == b"8877665544332211"
    assert client.ask(b"P1=0100000000000000") == b"OK" and client.machine.regs.rbx == 1
    assert client.ask(b"G" + everything) == b"OK" and client.machine.regs.rbx == 0
    for number, row in enumerate(registers.REGISTERS):
        value = client.ask(b"p%x" % number)
        assert len(value) == 2 * row.size
        assert client.ask(b"P%x=" % number + value) == b"OK"
    ymm = len(registers.REGISTERS) - 16
    assert client.ask(b"P%x=" % ymm + b"ab" * 16) == b"OK"
    assert client.machine.regs.ymm0.bytes == bytes(16) + b"\xab" * 16
    st0 = next(i for i, row in enumerate(registers.REGISTERS) if row.name == "st0")
    assert client.ask(b"P%x=0000000000000080ff3f" % st0) == b"OK" and client.machine.regs.st0 == 1.0
    for bad in (b"p999", b"P0=12", b"P0=zz", b"pxyz", b"G12", b"P", b"p"):
        assert client.ask(bad) == b"E16"


def test_memory_is_read_and_written(client: Client) -> None:
    assert client.ask(b"m400000,3") == b"48ffc0"
    assert client.ask(b"x400000,3") == b"b\x48\xff\xc0"
    assert client.ask(b"M402000,4:01020304") == b"OK"
    assert client.ask(b"X402004,4:" + escape(b"#$}*")) == b"OK"
    assert client.machine.memory.read(0x402000, 8) == b"\1\2\3\4#$}*"
    assert client.ask(b"m500ffe,10") == b"0000"  # what there is
    assert client.ask(b"m1000,4") == client.ask(b"x1000,4") == client.ask(b"M1000,1:00") == b"E0e"
    assert client.ask(b"X402000,0:") == b"OK"
    assert client.ask(b"qSearch:memory:402000;1000;" + escape(b"}*")) == b"1,402006"
    assert client.ask(b"qSearch:memory:402000;1000;nothing") == b"0"
    for bad in (b"m", b"m402000", b"mzz,4", b"M402000,4:01", b"M402000,1:zz", b"mffffffffffffffffff,4"):
        assert client.ask(bad) in (b"E16", b"E0e")


def test_breakpoints_and_watchpoints_stop_it(client: Client) -> None:
    features = client.ask(b"qSupported:swbreak+;hwbreak+")
    assert b"vContSupported+" in features and b"ReverseStep" not in features
    thread = client.ask(b"qC")[2:]
    assert client.ask(b"Z0,40000b,1") == client.ask(b"Z0,40000b,1") == b"OK"
    assert client.ask(b"vCont;c") == b"T05thread:%s;swbreak:;" % thread
    assert client.machine.regs.rip == 0x40000B and client.machine.regs.rax == 1
    assert client.ask(b"z0,40000b,1") == b"OK"
    assert client.ask(b"Z1,400003,1") == b"OK"
    assert client.ask(b"c") == b"T05thread:%s;hwbreak:;" % thread
    assert client.ask(b"z1,400003,1") == b"OK"
    for kind, name in ((2, b"watch"), (4, b"awatch")):
        assert client.ask(b"Z%d,402000,8" % kind) == b"OK"
        assert client.ask(b"vCont;c:%s" % thread) == b"T05thread:%s;%s:402000;" % (thread, name)
        assert client.ask(b"z%d,402000,8" % kind) == b"OK"
    assert client.ask(b"Z9,402000,8") == b""
    assert client.ask(b"Z0") == b"E16"
    assert not client.machine.breakpoints and not client.machine.watchpoints


def test_it_steps_instructions_and_ranges(client: Client) -> None:
    assert client.ask(b"s").startswith(b"T05thread:")
    assert client.machine.regs.rip == 0x400003
    assert client.ask(b"vCont;r400003,40000b").startswith(b"T05")
    assert client.machine.regs.rip == 0x40000B
    assert client.ask(b"vCont;s:1;c").startswith(b"T05")
    assert client.machine.regs.rip == 0x400000
    assert client.ask(b"vCont?") == b"vCont;c;C;s;S;t;r"
    assert client.ask(b"?").startswith(b"T05")


def test_an_interrupt_stops_it_at_once(client: Client) -> None:
    for _ in range(5):
        client.send(b"vCont;c")
        client.socket.sendall(b"\x03")
        assert client.receive().startswith(b"T02thread:")
        assert client.machine.regs.rip in (0x400000, 0x400003, 0x40000B)


def test_what_it_does_not_know_gets_the_empty_answer(client: Client) -> None:
    for unknown in (
        b"vMustReplyEmpty",
        b"qNonesuch",
        b"Q",
        b"v",
        b"~",
        b"b",
        b"vFile:nonesuch:1",
        b"qXfer:libraries:read::0,9",
        b"\xff\xfe",
        b"qTStatus",
    ):
        assert client.ask(unknown) == b""


def test_objects_are_read_piece_by_piece(client: Client) -> None:
    text, at = b"", 0
    while True:
        piece = client.ask(b"qXfer:features:read:target.xml:%x,100" % at)
        text += unescape(piece[1:])
        at = len(text)
        if piece[:1] == b"l":
            break
    assert text == registers.target_description()
    assert client.ask(b"qXfer:features:read:other.xml:0,100") == b"E00"
    assert client.ask(b"qXfer:auxv:read::0,100") == b"l"  # bare code has none
    assert client.ask(b"qXfer:threads:read::0,fff").startswith(
        b'l<?xml version="1.0"?><threads><thread id="p1.1"'
    )
    assert client.ask(b"qXfer:features:read:target.xml:zz") == b"E16"


def test_monitor_commands(client: Client) -> None:
    def monitor(text: str) -> str:
        return bytes.fromhex(client.ask(b"qRcmd," + text.encode().hex().encode()).decode()).decode()

    assert "seek N" in monitor("help") and monitor("help") == monitor("")
    client.ask(b"vCont;r400000,40000b")
    assert monitor("tick") == "2\n"
    assert monitor("eval rax + 1") == "0x2\n" and monitor("eval u64[0x402000] == rax") == "True\n"
    assert monitor("eval nonesuch") == "there is no register or symbol nonesuch\n"
    assert "record" in monitor("seek 1") and "seek needs" in monitor("seek x")
    assert (
        "Stepped" in monitor("reason") and "[stack]" in monitor("maps") and "ticks 2" in monitor("statistics")
    )
    assert "nonesuch" in monitor("nonesuch")


def test_a_bad_checksum_is_asked_for_again(client: Client) -> None:
    client.socket.sendall(b"$g#00")
    assert client.socket.recv(1) == b"-"
    assert client.ask(b"m400000,1") == b"48"
    client.socket.sendall(b"-")
    assert client.receive() == b"48"
    assert client.ask(b"QStartNoAckMode") == b"OK"
    assert client.ask(b"m400000,1") == b"48"


def test_the_end_is_told(client: Client) -> None:
    assert client.ask(b"M40000b,1:f4") == b"OK"
    assert client.ask(b"c").startswith(b"T05")  # HLT
    client.send(b"k")
    client.thread.join(TIMEOUT)
    assert client.ending == "killed"


# ---- the real gdb ----


@pytest.fixture
def gdb(program: Callable[[str], str], tmp_path: Path) -> Callable[..., "Session"]:
    path = program("gdb")

    def debug(
        guest: Path,
        *commands: str,
        arguments: tuple[str, ...] = (),
        flags: tuple[str, ...] = (),
        meanwhile: Callable[["Session"], None] | None = None,
        target: str = "remote",
    ) -> Session:
        return Session(path, tmp_path, guest, commands, arguments, flags, meanwhile, target)

    return debug


class Session:
    """One program under `blink --gdb`, and one gdb with its commands."""

    def __init__(
        self,
        gdb: str,
        home: Path,
        guest: Path,
        commands: tuple[str, ...],
        arguments: tuple[str, ...],
        flags: tuple[str, ...],
        meanwhile: Callable[["Session"], None] | None,
        target: str,
    ) -> None:
        place = home / "socket"
        env = environment(home, {"DEBUGINFOD_URLS": ""})
        serving = [*BLINK, "--gdb", str(place), *flags, str(guest), *arguments]
        asking = [
            gdb,
            "-nx",
            "-batch",
            "-ex",
            "set sysroot /",
            "-ex",
            f"file {guest}",
            "-ex",
            "set confirm off",
            "-ex",
            f"target {target} {place}",
        ]
        for command in commands:
            asking += ["-ex", command]
        with ExitStack() as both:  # whatever happens, neither outlives the test
            self.blink = both.enter_context(
                started(serving, env=env, stdout=PIPE, stderr=PIPE, stdin=subprocess.DEVNULL, cwd=home)
            )
            assert self.blink.stderr is not None and self.blink.stdout is not None
            assert b"waiting for gdb" in self.blink.stderr.readline()
            self.gdb = both.enter_context(
                started(asking, env=env, stdout=PIPE, stderr=STDOUT, stdin=subprocess.DEVNULL, cwd=home)
            )
            try:
                if meanwhile is not None:
                    meanwhile(self)
                self.text = self.gdb.communicate(timeout=TIMEOUT)[0].decode()
                self.output, self.errors = self.blink.communicate(timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                kill_group(self.gdb)
                raise AssertionError(f"gdb or blink hangs: {self.gdb.communicate()[0].decode()}") from None
        self.status = self.blink.returncode

    def shows(self, *patterns: str) -> None:
        """All of these are in what gdb says, in this order."""
        at = 0
        for pattern in patterns:
            match = re.compile(pattern, re.MULTILINE).search(self.text, at)
            assert match, f"{pattern!r} is not in\n{self.text[at:]}\n(the whole:)\n{self.text}"
            at = match.end()


def test_gdb_debugs_threads_to_their_end(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest(GUESTS / "threads.c", "dynamic-glibc", "-O1"),
        "break work",
        "continue",
        "bt",
        "info threads",
        "p amount",
        "p place",
        "p ratio",
        "x/i $pc",
        "info registers rip eflags cs fs_base",
        "p $xmm0.v4_int32",
        "p $ymm0.v4_int64",
        "p $st0",
        "info auxv",
        "stepi",
        "finish",
        "delete",
        "watch total",
        "continue",
        "continue",
        "delete",
        "continue",
        "p $_exitcode",
    )
    session.shows(
        r"hit Breakpoint 1, work \(amount=",
        r"#0 +work",
        r"#1 .* in run ",
        r"#2 .* start_thread",
        r"1 +Thread .* \(in a system call\)",
        r"\* 2 +Thread",
        r"\$1 = 10",
        r"\$2 = \{x = 3, y = 4\}",
        r"\$3 = 1\.5",
        r"=> 0x.* <work",
        r"rip .* <work",
        r"eflags +0x[0-9a-f]+ +\[.*IF",
        r"cs +0x33",
        r"fs_base +0x[1-9a-f]",
        r"\$4 = \{",
        r"\$5 = \{",
        r"AT_ENTRY +Entry point of program",
        r"Value returned is \$\d+ = 10",
        r"Hardware watchpoint 2: total",
        "Old value = 10",
        "New value = 2[01]",
        "Old value = 2[01]",
        "New value = ",
        "exited with code 07",
        " = 7",
    )
    assert (session.output, session.status) == (b"total 63\n", 7), session.errors.decode()


def test_gdb_stops_where_the_program_crashes(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest(GUESTS / "threads.c", "dynamic-glibc", "-O1"),
        "continue",
        "bt 1",
        "p $_siginfo.si_signo",
        "continue",
        arguments=("crash",),
    )
    session.shows("received signal SIGSEGV", "#0 .* main", " = 11", "Program terminated with signal SIGSEGV")
    assert session.status == 128 + 11


def test_gdb_interrupts_a_loop(gdb: Callable[..., Session], guest: Guest, tmp_path: Path) -> None:
    started = tmp_path / "started"

    def meanwhile(session: Session) -> None:
        end = time.monotonic() + TIMEOUT
        while not started.exists() and time.monotonic() < end:
            time.sleep(0.05)
        while session.gdb.poll() is None and time.monotonic() < end:
            time.sleep(1)  # gdb may not have come to its next command yet
            session.gdb.send_signal(signal.SIGINT)
            for _ in range(100):
                time.sleep(0.1)
                if session.gdb.poll() is not None:
                    break

    session = gdb(
        guest(GUESTS / "threads.c", "dynamic-glibc", "-O1"),
        f"shell touch {started}",
        "continue",
        "bt",
        "kill",
        arguments=("forever",),
        flags=("--no-record",),
        meanwhile=meanwhile,
    )
    session.shows("received signal SIGINT|stopped", "#0 .* main", "killed")
    assert session.status == 137


def test_gdb_catches_system_calls(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest("hello.c", "static-musl"),
        "catch syscall writev",
        "continue",
        "p $rdi",
        "x/i $pc",
        "continue",
        "p $rax",
        "stepi",
        "delete",
        "catch syscall exit_group",
        "continue",
        "continue",
    )
    session.shows(
        "call to syscall",
        r"\$1 = [12]",
        "syscall",
        "returned from syscall",
        r"\$2 = \d+",
        "call to syscall",
        "exited normally",
    )
    assert session.output == b"hello\n" and session.errors == b"0 arguments\n"


def test_gdb_is_told_of_signals_before_they_are_delivered(gdb: Callable[..., Session], guest: Guest) -> None:
    path = guest(GUESTS / "stack.c", "static-musl")
    session = gdb(path, "break handler", "continue", "continue", "bt", "delete", "continue")
    session.shows(
        "received signal SIGUSR1",
        "Breakpoint 1, handler",
        "#0 +handler",
        "signal handler called",
        "raise",
        "exited with code 01",
    )
    session = gdb(
        path,
        "handle SIGUSR1 nostop noprint pass",
        "break handler",
        "continue",
        "delete",
        "continue",
    )
    assert "received signal" not in session.text
    session.shows("Breakpoint 1, handler", "exited with code 01")
    session = gdb(path, "break handler", "continue", "signal 0", flags=("--no-record",))
    assert "Breakpoint 1, handler" not in session.text
    session.shows("received signal SIGUSR1", "exited with code 01")


def test_gdb_knows_the_program_as_the_guest_does(
    gdb: Callable[..., Session], guest: Guest, tmp_path: Path
) -> None:
    path, core = guest(GUESTS / "stack.c", "static-musl"), tmp_path / "core"
    session = gdb(
        path, "continue", "print $_siginfo.si_code", "info proc", f"generate-core-file {core}", "kill",
    )  # fmt: skip
    session.shows(
        "received signal SIGUSR1", r"\$1 = -6$", rf"cmdline = '{path}'$", rf"cwd = '{tmp_path}'$",
        rf"exe = '{path}'$", "Saved corefile",
    )  # fmt: skip
    assert "Memory read failed" not in session.text
    read = subprocess.run(
        ["gdb", "-nx", "-batch", "-ex", "bt", str(path), str(core)],
        capture_output=True, text=True, timeout=TIMEOUT, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "raise" in read.stdout


def test_gdb_lets_a_program_go(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(guest(GUESTS / "threads.c", "dynamic-glibc", "-O1"), "break work", "continue", "detach")
    session.shows("hit Breakpoint 1, work", "detached")
    assert (session.output, session.status) == (b"total 63\n", 7), session.errors.decode()


def test_gdb_changes_what_the_program_does(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest(GUESTS / "threads.c", "static-musl", "-O1"),
        "break work",
        "continue",
        "p amount",
        "set var amount = 100",
        "delete",
        "continue",
    )
    session.shows(r"\$1 = 10", "exited with code 01")
    assert session.output == b"total 153\n"


def test_gdb_runs_the_program_again(gdb: Callable[..., Session], guest: Guest) -> None:
    path = guest("hello.c", "static-musl")
    session = gdb(
        path,
        f"set remote exec-file {path}",
        "break main",
        "continue",
        "info proc mappings",
        "run a b c",
        "p argc",
        "continue",
        "run",
        "kill",
        arguments=("one",),
        flags=("--no-record",),
        target="extended-remote",
    )
    session.shows(
        r"Breakpoint 1, main \(argc=2",
        "r-xp +/.*/hello",
        "Breakpoint 1, main",
        r"\$1 = 4",
        r"exited with code 03",
        r"Breakpoint 1, main \(argc=4",
        "killed",
    )
    assert session.output == b"hello a b c\n"


def test_gdb_goes_back_and_on_to_the_end(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest(GUESTS / "threads.c", "dynamic-glibc", "-O1"),
        "break work",
        "continue",
        "p total",
        "stepi",
        "reverse-stepi",
        "x/i $pc",
        "continue",
        "continue",
        "p total",
        "watch total",
        "reverse-continue",
        "reverse-continue",
        "delete",
        "reverse-continue",
        "monitor tick",
        "continue",
        "p $_exitcode",
    )
    session.shows(
        r"Breakpoint 1, work \(amount=",
        r"\$1 = 0",
        "=> 0x.* <work>:",
        "Breakpoint 1, work",
        "Breakpoint 1, work",
        r"\$2 = 2\d",
        "Hardware watchpoint 2: total",
        "No more reverse-execution history",
        "^0$",
        "exited with code 07",
        r"\$3 = 7",
    )
    assert session.output == b"total 63\n" and session.status == 7


def test_gdb_goes_back_by_lines_and_calls(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest(GUESTS / "threads.c", "dynamic-glibc", "-O0"),
        "break work",
        "continue",
        "next",
        "next",
        "p total",
        "reverse-next",
        "p total",
        "reverse-step",  # to the line's start, gdb being in its middle
        "reverse-step",
        "delete",
        "reverse-finish",
        "bt 1",
        "step",
        "bt 1",
        "kill",
    )
    session.shows(
        r"Breakpoint 1, work",
        r"total = before \+ amount",
        r"return total",
        r"\$1 = 10",
        r"total = before \+ amount",
        r"\$2 = 0",
        r"Breakpoint 1, work",
        r"before = total",
        r"^0x[0-9a-f]+ in run ",
        r"#0 .* run ",
        r"#0 +work",
        "killed",
    )


def test_gdb_sees_reads_and_has_hardware_breakpoints(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest(GUESTS / "threads.c", "static-musl", "-O1"),
        "hbreak work",
        "continue",
        "delete",
        "rwatch total",
        "continue",
        "delete",
        "awatch total",
        "continue",
        "tbreak work",
        "delete 3",
        "continue",
        "kill",
    )
    session.shows(
        r"Hardware assisted breakpoint 1",
        r"Breakpoint 1, work",
        r"Hardware read watchpoint 2: total",
        r"Hardware read watchpoint 2: total",
        r"Value = 0",
        r"Hardware access \(read/write\) watchpoint 3: total",
        r"Hardware access \(read/write\) watchpoint 3: total",
        r"New value = 10",
        r"Temporary breakpoint 4, work",
        "killed",
    )


def test_gdb_sets_registers_of_every_kind(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest("hello.c", "static-musl"),
        "set var $xmm3.v4_int32 = {1, 2, 3, 4}",
        "stepi",
        "p $xmm3.v4_int32",
        "set var $ymm4.v8_int32 = {1, 2, 3, 4, 5, 6, 7, 8}",
        "p $ymm4.v8_int32",
        "p $xmm4.v4_int32",
        "set var $st0 = 1.5",
        "p $st0",
        "set var $mxcsr = 0x1fa0",
        "p $mxcsr",
        "set var $rbx = 0x123456789abcdef0",
        "stepi",
        "p/x $rbx",
        "p/x $ebx",
        "set var $fs_base = 0x1000",
        "p/x $fs_base",
        "info registers eflags",
        "p $gs_base",
        "kill",
    )
    session.shows(
        r"\$1 = \{1, 2, 3, 4\}",
        r"\$2 = \{1, 2, 3, 4, 5, 6, 7, 8\}",
        r"\$3 = \{1, 2, 3, 4\}",
        r"\$4 = 1\.5",
        r"\$5 = \[ .*PE.*",
        r"\$6 = 0x123456789abcdef0",
        r"\$7 = 0x9abcdef0",
        r"\$8 = 0x1000",
        r"eflags +0x[0-9a-f]+ +\[.*IF",
        r"\$9 = 0",
    )


def test_gdb_steps_one_thread_and_looks_at_others(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest(GUESTS / "threads.c", "dynamic-glibc", "-O1"),
        "break work thread 3",
        "break work",
        "continue",
        "set scheduler-locking on",
        "stepi",
        "stepi",
        "info threads",
        "thread apply all -- p $_thread",
        "thread 1",
        "bt -1",
        "set scheduler-locking off",
        "delete",
        "continue",
    )
    session.shows(
        r"Breakpoint \d, work",
        r"\* 2 +Thread .* work",
        r"\$\d+ = 2",
        r"\$\d+ = 1",
        r"Switching to thread 1",
        r"_start|main",
        "exited with code 07",
    )
    assert session.output == b"total 63\n"


def test_gdb_has_monitor_commands(gdb: Callable[..., Session], guest: Guest) -> None:
    session = gdb(
        guest(GUESTS / "threads.c", "static-musl", "-O1"),
        "monitor help",
        "break work",
        "continue",
        "monitor eval hex(rip) == hex(sym('work'))",
        "monitor maps",
        "monitor nonsense",
        "monitor seek 10",
        "maintenance flush register-cache",
        "monitor tick",
        "info proc mappings",
        "info mem",
        "kill",
    )
    session.shows(
        r"seek", r"tick|last-write", r"Breakpoint 1, work", r"^True", r"\[stack\]", r"nonsense", r"^10$",
        r"r-xp +/.*", "killed",
    )  # fmt: skip


# ---- the command ----


@pytest.mark.parametrize(
    "words, status, text",
    [
        (("--gdb", "nonsense", "/bin/true"), 64, "--gdb needs a port"),
        (("--gdb",), 64, "--gdb needs a value"),
        (("--gdb", "70000", "/bin/true"), 64, "--gdb needs a port"),
        (("--gdb", "0"), 64, "no program named"),
        (
            ("--gdb", "/nonexistent/socket", "/bin/true"),
            1,
            "can't listen at /nonexistent/socket: No such file",
        ),
        (("--gdb", "0", "/nonexistent"), 127, "/nonexistent"),
        (("--gdb", "0", "/etc/passwd"), 126, "/etc/passwd"),
    ],
)
def test_what_cannot_be_debugged_is_an_error_of_one_line(
    words: tuple[str, ...], status: int, text: str, tmp_path: Path
) -> None:
    made = subprocess.run(
        [*BLINK, *words],
        capture_output=True,
        env=environment(tmp_path),
        timeout=TIMEOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    said = [line for line in made.stderr.splitlines() if "waiting for gdb" not in line]
    assert made.returncode == status and len(said) == 1 and text in said[0]


def test_a_port_in_use_is_an_error(tmp_path: Path, guest: Guest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        made = subprocess.run(
            [*BLINK, "--gdb", port, guest("hello.c")],
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            timeout=TIMEOUT,
        )
    assert made.returncode == 1 and made.stderr == f"blink: can't listen at {port}: Address already in use\n"


def test_standard_input_and_output_serve_too(tmp_path: Path, guest: Guest) -> None:
    path = guest("hello.c", "static-musl")
    command = ["timeout", str(TIMEOUT), *BLINK, "--gdb", "-", str(path), "you"]
    with started(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment(tmp_path)) as made:
        assert made.stdin is not None and made.stdout is not None and made.stderr is not None
        made.stdin.write(frame(b"QStartNoAckMode") + frame(b"vCont;c"))
        made.stdin.flush()
        found = [payload for kind, payload in Parser().feed(made.stdout.read()) if kind == "packet"]
        assert found == [b"OK", b"W01"]
        assert b"hello you\n" in made.stderr.read()
        assert made.wait() == 1


def test_blink_loads_none_of_it_to_run_a_program(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv[1:] = ['--help']\n"
        "from blinkenlights.cli import blink\n"
        "try: blink.main()\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if 'debugger' in m or 'elftools' in m or 'iced' in m])"
    )
    made = subprocess.run(
        [shutil.which("python3") or "python3", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert made.stdout.endswith("[]\n"), made.stderr
