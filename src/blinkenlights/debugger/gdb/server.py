"""Answers gdb's packets: a row for each kind of them.

GDB manual, E.2 "Packets" and E.4 "General Query Packets". What isn't in the table gets the empty answer,
which means "not supported".
"""

from collections.abc import Callable
from typing import NamedTuple

from blinkenlights.debugger.gdb import monitor, registers
from blinkenlights.debugger.gdb.catching import Catcher
from blinkenlights.debugger.gdb.channel import Channel, escape, unescape
from blinkenlights.debugger.gdb.files import Files, transfer
from blinkenlights.debugger.gdb.running import Runner, from_gdb, pid_of, stop_reply
from blinkenlights.machine import Breakpoint, GuestFault, Machine, Stop, StopReason, Watchpoint

MOST_MEMORY = 1 << 16  # bytes of one packet
PACKET_SIZE = 0x20000
ALL, ANY = -1, 0
NO_SUCH_MEMORY = b"E0e"  # EFAULT
INVALID = b"E16"  # EINVAL
WATCHES = {b"2": "w", b"3": "r", b"4": "rw"}
ENDINGS = (Stop.EXIT, Stop.SIGNAL)

Restart = Callable[[list[bytes]], Machine]


class Packet(NamedTuple):
    """A row: what a packet starts with, and what answers it, given the rest; None is no answer."""

    name: bytes
    answer: "Callable[[Server, bytes], bytes | None]"


class Over(Exception):
    """The conversation is over; the program has ended, is to be killed, or goes on alone."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how  # "killed", "detached" or "ended"


class Server:
    """One gdb, and the machine that it debugs; `restart` makes another machine for `run`."""

    def __init__(self, machine: Machine, read_fd: int, write_fd: int, restart: Restart | None = None) -> None:
        self.restart = restart
        self.features: frozenset[str] = frozenset()
        self.extended = False
        self.points: dict[tuple[bytes, int, int], Breakpoint | Watchpoint] = {}
        self.selected = 0  # thread of the next register packets; 0 for the one that stopped
        self.take(machine)
        self.channel = Channel(read_fd, write_fd, self.interrupt)

    def take(self, machine: Machine) -> None:
        """Debug this machine from now on."""
        machine.reactive = True
        self.machine = machine
        self.runner = Runner(machine)
        self.runner.thread = self.runner.current()
        self.files = Files(self.runner)
        self.catcher = Catcher(machine)

    def interrupt(self) -> None:
        if self.channel.resuming:  # else it has stopped meanwhile
            self.runner.interrupt()

    def serve(self) -> str:
        """Answer until the end: killed, detached, ended or gone."""
        try:
            while True:
                payload = self.channel.receive()
                if payload is None:
                    return "gone"
                answer = self.answer(payload)
                self.channel.resuming = False
                self.runner.wanted.clear()
                if answer is not None:
                    self.channel.send(answer)
        except Over as over:
            return over.how
        finally:
            self.files.close_all()

    def answer(self, payload: bytes) -> bytes | None:
        """The answer to one packet; None when it has none."""
        for row in BY_LETTER.get(payload[:1], ()):
            if payload.startswith(row.name):
                try:
                    return row.answer(self, payload[len(row.name) :])
                except Silent:
                    return None
                except GuestFault:
                    return NO_SUCH_MEMORY
                except (ValueError, IndexError, KeyError, OverflowError, RuntimeError, OSError):
                    return INVALID
        return b""

    # ---- starting and ending ----

    def supported(self, argument: bytes) -> bytes:
        theirs = argument.lstrip(b":").split(b";")
        self.features = frozenset(word[:-1].decode() for word in theirs if word.endswith(b"+"))
        ours = [
            f"PacketSize={PACKET_SIZE:x}", "QStartNoAckMode+", "qXfer:features:read+", "qXfer:auxv:read+",
            "qXfer:exec-file:read+", "qXfer:memory-map:read+", "qXfer:threads:read+", "qXfer:siginfo:read+",
            "vContSupported+", "swbreak+", "hwbreak+", "QCatchSyscalls+", "QPassSignals+", "binary-upload+",
            "multiprocess+",
        ]  # fmt: skip
        if self.machine.history is not None:
            ours += ["ReverseStep+", "ReverseContinue+"]
        return ";".join(ours).encode()

    def start_no_ack(self, argument: bytes) -> bytes:
        self.channel.send(b"OK")
        self.channel.acknowledging = False
        raise Silent

    def attached(self, argument: bytes) -> bytes:
        return b"0"  # gdb kills the program at its own end

    def extend(self, argument: bytes) -> bytes:
        self.extended = True
        return b"OK"

    def why(self, argument: bytes) -> bytes:
        return self.stop_packet(self.runner.last)

    def kill(self, argument: bytes) -> bytes | None:
        raise Over("killed")

    def kill_process(self, argument: bytes) -> bytes | None:
        self.channel.send(b"OK")
        if not self.extended:
            raise Over("killed")
        return None

    def detach(self, argument: bytes) -> bytes | None:
        self.channel.send(b"OK")
        raise Over("detached")

    def run_again(self, argument: bytes) -> bytes:
        if self.restart is None:
            return INVALID
        words = [bytes.fromhex(word.decode("ascii")) for word in argument.lstrip(b";").split(b";")]
        self.forget_points()
        old = self.machine
        machine = self.restart(words if words[0] else [b"", *words[1:]])
        self.files.close_all()
        self.take(machine)
        old.close()
        return self.stop_packet(None)

    def forget_points(self) -> None:
        for point in self.points.values():
            point.remove()
        self.points.clear()

    # ---- registers and memory ----

    def regs(self) -> object:
        """Of the thread that gdb looks at."""
        for thread in self.machine.threads:
            if thread.tid == self.selected:
                return thread.regs
        return self.machine.regs

    def read_registers(self, argument: bytes) -> bytes:
        return registers.read_all(self.regs())

    def write_registers(self, argument: bytes) -> bytes:
        registers.write_all(self.regs(), argument)
        return b"OK"

    def read_register(self, argument: bytes) -> bytes:
        number = int(argument, 16)
        return registers.read_one(self.regs(), number) if number < len(registers.REGISTERS) else INVALID

    def write_register(self, argument: bytes) -> bytes:
        number, _, value = argument.partition(b"=")
        registers.write_one(self.regs(), int(number, 16), value)
        return b"OK"

    def readable(self, argument: bytes) -> bytes:
        address, count = (int(word, 16) for word in argument.split(b","))
        count = min(count, MOST_MEMORY)
        return self.machine.memory.read(address, self.machine.memory.readable(address, count))

    def read_memory(self, argument: bytes) -> bytes:
        data = self.readable(argument)
        return data.hex().encode() if data or argument.endswith(b",0") else NO_SUCH_MEMORY

    def read_binary(self, argument: bytes) -> bytes:
        data = self.readable(argument)
        return b"b" + escape(data) if data or argument.endswith(b",0") else NO_SUCH_MEMORY

    def write_memory(self, argument: bytes) -> bytes:
        place, _, text = argument.partition(b":")
        return self.write(place, bytes.fromhex(text.decode("ascii")))

    def write_binary(self, argument: bytes) -> bytes:
        place, _, data = argument.partition(b":")
        return self.write(place, unescape(data))

    def write(self, place: bytes, data: bytes) -> bytes:
        address, count = (int(word, 16) for word in place.split(b","))
        if count != len(data):
            return INVALID
        if data:
            self.machine.memory.write(address, data)
        return b"OK"

    def search(self, argument: bytes) -> bytes:
        """qSearch:memory:ADDRESS;LENGTH;PATTERN"""
        start, length, pattern = argument.split(b";", 2)
        address, end, wanted = int(start, 16), int(start, 16) + int(length, 16), unescape(pattern)
        while address < end:
            count = self.machine.memory.readable(address, min(MOST_MEMORY, end - address))
            data = self.machine.memory.read(address, count)
            at = data.find(wanted)
            if at >= 0:
                return b"1,%x" % (address + at)
            if count < min(MOST_MEMORY, end - address):
                return b"0"
            address += max(1, count - len(wanted) + 1)
        return b"0"

    # ---- threads ----

    def thread_number(self, text: bytes) -> int:
        """A thread's id; 0 for any or all. With several processes' ids it is pPROCESS.THREAD."""
        if text.startswith(b"p"):
            text = text.partition(b".")[2] or b"-1"
        number = int(text, 16)
        return number if number > 0 else 0

    def thread_text(self, tid: int) -> str:
        """A thread as gdb numbers it."""
        return f"p{pid_of(self.machine):x}.{tid:x}" if "multiprocess" in self.features else f"{tid:x}"

    def select(self, argument: bytes) -> bytes:
        if argument[:1] == b"g":
            self.selected = self.thread_number(argument[1:])
        return b"OK"

    def is_alive(self, argument: bytes) -> bytes:
        wanted = self.thread_number(argument)
        return b"OK" if any(thread.tid == wanted for thread in self.machine.threads) else b"E03"

    def current_thread(self, argument: bytes) -> bytes:
        return f"QC{self.thread_text(self.runner.current())}".encode()

    def first_threads(self, argument: bytes) -> bytes:
        return f"m{','.join(self.thread_text(thread.tid) for thread in self.machine.threads)}".encode()

    def more_threads(self, argument: bytes) -> bytes:
        return b"l"

    def thread_info(self, argument: bytes) -> bytes:
        wanted = self.thread_number(argument)
        for thread in self.machine.threads:
            if thread.tid == wanted:
                text = f"{thread.name}, in a system call" if thread.waiting else thread.name
                return text.encode().hex().encode()
        return INVALID

    # ---- breakpoints ----

    def insert(self, argument: bytes) -> bytes:
        kind, address, size = self.point(argument)
        if (kind, address, size) in self.points:
            return b"OK"
        if kind in (b"0", b"1"):
            made: Breakpoint | Watchpoint = self.machine.add_breakpoint(address)
        elif kind in WATCHES:
            made = self.machine.add_watchpoint(address, size, WATCHES[kind])
        else:
            return b""
        self.points[kind, address, size] = made
        return b"OK"

    def remove(self, argument: bytes) -> bytes:
        found = self.points.pop(self.point(argument), None)
        if found is not None:
            found.remove()
        return b"OK"

    def point(self, argument: bytes) -> tuple[bytes, int, int]:
        kind, address, size = argument.split(b";")[0].split(b",")
        return kind, int(address, 16), int(size, 16)

    def catch_syscalls(self, argument: bytes) -> bytes:
        on, *numbers = argument.split(b";")
        wanted = frozenset(int(number, 16) for number in numbers if number)
        return b"OK" if self.catcher.catch_calls(frozenset() if on == b"0" else wanted or None) else b""

    def pass_signals(self, argument: bytes) -> bytes:
        self.catcher.passed = frozenset(int(number, 16) for number in argument.split(b";") if number)
        return b"OK"

    # ---- running ----

    def continuations(self, argument: bytes) -> bytes:
        return b"vCont;c;C;s;S;t;r"

    def resume(self, argument: bytes) -> bytes:
        """vCont;ACTION[:THREAD]... : the leftmost action that fits a thread is its."""
        chosen: tuple[bytes, int] | None = None
        for action in argument.lstrip(b";").split(b";"):
            verb, _, who = action.partition(b":")
            thread = self.thread_number(who) if who else 0
            if verb[:1] in (b"s", b"S", b"r"):
                chosen = (verb, thread)  # the others go on only while this one may
                break
            chosen = chosen or (verb, thread)
        if chosen is None:
            return INVALID
        return self.carry_out(*chosen)

    def carry_out(self, verb: bytes, thread: int) -> bytes:
        kind = verb[:1]
        if kind == b"t":
            return self.stop_packet(None)
        thread = thread or self.runner.current()
        self.deliver(from_gdb(int(verb[1:3], 16)) if kind in (b"C", b"S") else 0)
        if kind in (b"s", b"S"):
            return self.run(lambda: self.runner.step(thread))
        if kind == b"r":
            start, end = (int(word, 16) for word in verb[1:].split(b","))
            return self.run(lambda: self.runner.step_through(thread, start, end))
        return self.run(self.machine.run)

    def deliver(self, signo: int) -> None:
        """Let the program have a signal, or keep from it the one that it was stopped for."""
        last = self.runner.last
        if self.catcher.deliver(signo):
            return
        if last is not None and last.kind is Stop.EXCEPTION and signo == last.signal:
            return  # it becomes that signal by going on
        if signo:
            self.machine.send_signal(signo)

    def run(self, how: Callable[[], StopReason]) -> bytes:
        reason = self.runner.run(how)
        self.selected = 0
        packet = self.stop_packet(reason)
        if reason.kind in ENDINGS and not self.extended:
            self.channel.send(packet)
            raise Over("ended")
        return packet

    def stop_packet(self, reason: StopReason | None) -> bytes:
        point = reason.breakpoint if reason is not None else None
        hardware = any(kind == b"1" and made is point for (kind, _, _), made in self.points.items())
        tid = self.runner.thread or self.runner.current()
        process = f";process:{pid_of(self.machine):x}" if "multiprocess" in self.features else ""
        return stop_reply(reason, self.thread_text(tid) if tid else "", self.features, hardware,
                          self.catcher.take_event(), process)  # fmt: skip

    def go_on(self, argument: bytes) -> bytes:
        return self.carry_out(b"c", 0)

    def go_on_with(self, argument: bytes) -> bytes:
        return self.carry_out(b"C" + argument, 0)

    def step(self, argument: bytes) -> bytes:
        return self.carry_out(b"s", 0)

    def step_with(self, argument: bytes) -> bytes:
        return self.carry_out(b"S" + argument, 0)

    def reverse_step(self, argument: bytes) -> bytes:
        if self.selected and self.selected != self.runner.current():
            return b"E.only the thread that ran last can be stepped back"
        return self.run(self.machine.reverse_step)

    def reverse_continue(self, argument: bytes) -> bytes:
        return self.run(self.machine.reverse_continue)

    # ---- the rest ----

    def symbols_offered(self, argument: bytes) -> bytes:
        return b"OK"

    def transfer(self, argument: bytes) -> bytes:
        return transfer(self.runner, argument)

    def command(self, argument: bytes) -> bytes:
        line = bytes.fromhex(argument.decode("ascii")).decode(errors="replace")
        return monitor.execute(self.runner, line).encode().hex().encode()

    def file(self, argument: bytes) -> bytes:
        return self.files.answer(argument)


class Silent(Exception):
    """The answer has been sent."""


# The longer of two that start alike comes first.
PACKETS = (
    Packet(b"qSupported", Server.supported),
    Packet(b"QStartNoAckMode", Server.start_no_ack),
    Packet(b"qAttached", Server.attached),
    Packet(b"qXfer:", Server.transfer),
    Packet(b"qRcmd,", Server.command),
    Packet(b"qC", Server.current_thread),
    Packet(b"qfThreadInfo", Server.first_threads),
    Packet(b"qsThreadInfo", Server.more_threads),
    Packet(b"qThreadExtraInfo,", Server.thread_info),
    Packet(b"qSymbol:", Server.symbols_offered),
    Packet(b"qSearch:memory:", Server.search),
    Packet(b"QCatchSyscalls:", Server.catch_syscalls),
    Packet(b"QPassSignals:", Server.pass_signals),
    Packet(b"vCont?", Server.continuations),
    Packet(b"vCont", Server.resume),
    Packet(b"vKill", Server.kill_process),
    Packet(b"vRun", Server.run_again),
    Packet(b"vFile:", Server.file),
    Packet(b"!", Server.extend),
    Packet(b"?", Server.why),
    Packet(b"g", Server.read_registers),
    Packet(b"G", Server.write_registers),
    Packet(b"p", Server.read_register),
    Packet(b"P", Server.write_register),
    Packet(b"m", Server.read_memory),
    Packet(b"M", Server.write_memory),
    Packet(b"x", Server.read_binary),
    Packet(b"X", Server.write_binary),
    Packet(b"H", Server.select),
    Packet(b"T", Server.is_alive),
    Packet(b"Z", Server.insert),
    Packet(b"z", Server.remove),
    Packet(b"c", Server.go_on),
    Packet(b"C", Server.go_on_with),
    Packet(b"s", Server.step),
    Packet(b"S", Server.step_with),
    Packet(b"bs", Server.reverse_step),
    Packet(b"bc", Server.reverse_continue),
    Packet(b"D", Server.detach),
    Packet(b"k", Server.kill),
)
BY_LETTER: dict[bytes, list[Packet]] = {}
for _row in PACKETS:
    BY_LETTER.setdefault(_row.name[:1], []).append(_row)
