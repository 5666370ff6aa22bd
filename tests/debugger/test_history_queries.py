"""Who wrote this? Going back to where something happened last."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights import Machine, Stop

Guest = Callable[..., Path]
Program = Callable[[str], str]


def check_last_write(m: Machine, address: int, size: int) -> int:
    """reverse_continue, last_write and the memory itself must agree; the tick of the last write."""
    end, value = m.tick, m.memory.read(address, size)
    found = m.last_write(address, size)
    assert found is not None
    assert m.tick == end
    watch = m.add_watchpoint(address, size)
    reason = m.reverse_continue()
    assert reason.kind is Stop.WATCHPOINT
    assert reason.watchpoint is watch
    assert m.tick == reason.tick == found
    assert m.memory.read(address, size) == value
    watch.remove()
    m.reverse_step()
    before = m.memory.read(address, size)
    m.step()
    assert m.memory.read(address, size) == value
    assert before != value or reason.access is not None
    return found


def test_back_to_the_last_write_of_a_variable(guest: Guest) -> None:
    path = guest("random_walk.c", "static-musl", "-g")
    with Machine.load(path, [str(path), "11", "300"], record=True, stdout=-1) as m:
        assert m.run().kind is Stop.EXIT
        address = m.resolve("variable")
        last = check_last_write(m, address, 8)
        m.seek(last - 1)
        earlier = m.last_write(address, 8)
        assert earlier is not None
        assert earlier < last


def test_back_to_the_last_write_in_sqlite(program: Program) -> None:
    path = program("sqlite3")
    query = "create table t(a); insert into t values(1),(2); select sum(a) from t;"
    with Machine.load(path, ["sqlite3", ":memory:", query], record=True, stdout=-1) as m:
        assert m.run().kind is Stop.EXIT
        check_last_write(m, m.resolve("_IO_2_1_stdout_") + 0x28, 8)  # _IO_write_ptr


def test_back_to_the_last_write_in_python(program: Program) -> None:
    path = "/usr/bin/python3"
    if not Path(path).exists():
        path = program("python3")
    with Machine.load(path, ["python3", "-I", "-S", "-c", "x = [None] * 3"], record=True, stdout=-1) as m:
        assert m.run().kind is Stop.EXIT
        check_last_write(m, m.resolve("_Py_NoneStruct"), 8)  # ob_refcnt


def test_breakpoints_are_met_backwards_in_reverse_order() -> None:
    # mov ecx, 5; again: inc eax; loop again; hlt
    with Machine.from_bytes(bytes.fromhex("b905000000ffc0e2fcf4"), record=True) as m:
        point = m.add_breakpoint(0x400005)
        ticks = []
        while (reason := m.run()).kind is Stop.BREAKPOINT:
            ticks.append(reason.tick)
        assert len(ticks) == point.hits == 5
        for tick in reversed(ticks):
            reason = m.reverse_continue()
            assert (reason.kind, reason.breakpoint, m.tick) == (Stop.BREAKPOINT, point, tick)
        assert m.reverse_continue().kind is Stop.START


def test_conditions_hold_backwards_too() -> None:
    with Machine.from_bytes(bytes.fromhex("b964000000ffc0e2fcf4"), record=True) as m:
        m.run()
        m.add_breakpoint(0x400005, "eax % 10 == 7")
        for value in (97, 87, 77):
            assert m.reverse_continue().kind is Stop.BREAKPOINT
            assert m.regs.eax == value


def test_a_system_call_is_a_write_too(guest: Guest) -> None:
    # read(fd, 0x500000, 8) of /dev/zero is no change; getrandom is
    code = bytes.fromhex("b83e010000" "bf00005000" "be08000000" "31d2" "0f05" "f4")
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), "3", "100"], record=True, stdout=-1) as m:
        m.space.map(0x500000, 0x1000, 7, 0x22)
        m.space.map(0x600000, 0x1000, 7, 0x22)
        m.memory.write(0x600000, code)
        m.regs.rip = 0x600000
        m.run(until=0x600000 + len(code) - 1)
        here = m.tick
        m.step(0)
        assert m.last_write(0x500000, 8) == here == 5
        m.add_watchpoint(0x500000)
        reason = m.reverse_continue()
        assert reason.kind is Stop.START or m.tick == 5


def test_a_registers_last_change() -> None:
    # mov ebx, 3; mov ecx, 1000; again: loop again; mov edx, 1; hlt
    with Machine.from_bytes(bytes.fromhex("bb03000000b9e8030000e2feba01000000f4"), record=True) as m:
        m.run()
        end = m.tick
        assert m.last_change("rbx") == 1
        assert m.last_change("rdx") == end - 1
        assert m.last_change("rcx") == end - 2
        assert m.last_change("r15") is None
        assert m.tick == end


FIB = bytes.fromhex(
    "e801000000f483ff027d0389f8c3535589fb8d7bffe8ecffffff89c58d7bfee8e2ffffff01e85d5bc3"
)


def test_calls_are_undone_whole() -> None:
    with Machine.from_bytes(b"\xbf\x08\0\0\0" + FIB, record=True) as m:
        m.add_breakpoint(0x40000A)
        m.run()
        assert m.regs.eax == 21
        assert m.reverse_over().kind is Stop.STEP
        assert m.regs.rip == 0x400005
        assert m.tick == 1


@pytest.mark.parametrize("depth", [1, 3])
def test_back_to_the_call_of_a_function(depth: int) -> None:
    with Machine.from_bytes(b"\xbf\x08\0\0\0" + FIB, record=True) as m:
        point = m.add_breakpoint(0x40000B)  # fib's first instruction
        for _ in range(depth):
            m.run()
        point.remove()
        call = m.tick - 1
        m.reverse_finish()
        assert m.tick == call


def test_the_middle_of_a_repeated_instruction_is_found_backwards() -> None:
    # nop; rep stosd; nop; inc eax; hlt
    with Machine.from_bytes(bytes.fromhex("90 f3ab 90 ffc0 f4"), record=True) as m:
        m.map(0x10000, 0x2000)
        m.regs.eax, m.regs.rdi, m.regs.rcx = 7, 0x10000, 1000
        m.run()
        end = m.tick
        assert m.last_write(0x10804, 4) == 2
        m.add_watchpoint(0x10804, 4)
        reason = m.reverse_continue()
        assert reason.access is not None
        assert reason.access[:5] == ("write", 0x10804, 4, 0, 7)
        assert (m.tick, m.regs.rip, m.regs.rcx) == (2, 0x400003, 0)
        assert m.reverse_continue().kind is Stop.START
        assert m.run().kind is Stop.WATCHPOINT
        assert m.run().kind is Stop.HALT
        assert m.tick == end


# mov [0x500000], 1; nop; mov [0x500000], 2; nop; hlt
STORES = bytes.fromhex("c7042500005000 01000000 90 c7042500005000 02000000 90 f4")


def test_a_watchpoint_set_behind_a_write_is_told_of_it_backwards() -> None:
    with Machine.from_bytes(STORES, record=True) as m:
        m.map(0x500000, 0x1000)
        m.step(3)
        watch = m.add_watchpoint(0x500000, 4)
        assert m.last_write(0x500000, 4) == 3  # which moves nothing
        reason = m.reverse_continue()
        assert (reason.kind, m.tick) == (Stop.WATCHPOINT, 3)
        assert reason.access is not None and (reason.access.old, reason.access.new) == (1, 2)
        other = m.add_watchpoint(0x500002, 2)
        assert m.reverse_continue().watchpoint is other
        assert m.reverse_continue().tick == 1, "each is told once"
        assert m.reverse_continue().kind is Stop.START
        other.remove()
        assert (m.run().tick, m.run().tick) == (1, 3)
        assert m.reverse_continue().tick == 1, "the stop here was told forwards"
        m.seek(3)
        assert m.reverse_continue().tick == 3, "but not this time"
        watch.remove()


def test_what_was_never_written_has_no_last_write() -> None:
    with Machine.from_bytes(bytes.fromhex("ffc0ffc0ffc0f4"), record=True) as m:
        m.map(0x500000, 0x1000)
        m.step(2)
        assert m.last_write(0x500000) is None
        assert m.last_write(0x500000) is None
        assert m.tick == 2


FAULTS = """
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>
volatile int *page, seen;
void handler(int number) { seen = number; mprotect((void *)page, 4096, PROT_READ | PROT_WRITE); }
int main(void) {
    page = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    signal(SIGSEGV, handler);
    *page = 7;
    munmap((void *)page, 4096);
    return seen;
}
"""


@pytest.fixture
def faulting(guest: Guest, tmp_path: Path) -> Path:
    source = tmp_path / "faults.c"
    source.write_text(FAULTS)
    return guest(source, "static-musl")


def test_a_handlers_first_instruction_is_another_moment_than_the_fault(faulting: Path) -> None:
    with Machine.load(faulting, record=True) as m:
        point = m.add_breakpoint("handler")
        assert m.run().breakpoint is point
        tick, rsp = m.tick, m.regs.rsp
        assert m.run().status == 11
        assert m.reverse_continue().breakpoint is point
        assert (m.tick, m.regs.rip, m.regs.rsp) == (tick, point.address, rsp)
        assert m.last_write(rsp, 8) == tick, "the kernel has written the frame"
        assert m.last_change("rdi") == tick, "and the arguments"
        assert (m.regs.rip, m.regs.rsp) == (point.address, rsp), "questions move nothing"
        m.seek(tick - 1)
        m.seek(tick)
        assert m.regs.rip != point.address, "a tick is where it is reached first"
        assert m.last_write(rsp, 8) != tick, "the frame is still to come"
        assert m.reverse_continue().kind is Stop.START


def test_a_watched_page_may_be_unmapped_on_the_way_back(faulting: Path) -> None:
    with Machine.load(faulting, record=True) as m:
        m.run(until="handler")
        m.finish()
        page = m.memory.u64(m.resolve("page"))
        m.run()
        m.add_watchpoint(page, 4)
        access = m.reverse_continue().access
        assert access is not None and (access.old, access.new) == (0, 7)


def test_what_a_thread_met_once_is_met_backwards_when_the_thread_is_over(guest: Guest) -> None:
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), "2", "20"], record=True, stdout=-1) as m:
        point = m.add_breakpoint("worker", temporary=True)
        there = m.run().tick
        assert point not in m.breakpoints
        m.run()
        m.add_breakpoint("worker", lambda: m.tick == there)
        reason = m.reverse_continue()
        assert (reason.kind, m.tick) == (Stop.BREAKPOINT, there)


def test_a_hook_that_raises_on_the_way_through_the_past_is_heard() -> None:
    with Machine.from_bytes(bytes.fromhex("b9e8030000e2fef4"), record=True) as m:
        m.run()
        with m.hook_code(lambda address, size: 1 // 0), pytest.raises(ZeroDivisionError):
            m.seek(500)
        m.seek(500)
        assert (m.tick, m.regs.ecx) == (500, 501)
