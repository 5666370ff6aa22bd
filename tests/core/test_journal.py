"""The journal of an address space: memory as it was, whatever has changed it."""

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest

from blinkenlights.core import engine, host, journal, memory

CODE, DATA, STACK = 0x400000, 0x500000, 0x600000
READ, WRITE, EXEC = 1, 2, 4
PRIVATE_ANONYMOUS = 0x22
# again: mov rcx,[rdi]; add rax,rcx; mov [rdi],rax; add rdi,64; and rdi,0x5fffff; dec r8; jnz again; hlt
LOOP = bytes.fromhex("488b0f4801c84889074883c7404881e7ffff5f0049ffc875e8f4")
RDI, R8 = 7, 8


class Bench:
    def __init__(self) -> None:
        host.catch_faults()
        self.space = memory.AddressSpace(True)
        self.space.map(CODE, 0x4000, READ | WRITE | EXEC, PRIVATE_ANONYMOUS)
        self.space.map(DATA, 0x100000, READ | WRITE, PRIVATE_ANONYMOUS)
        self.space.write(CODE, LOOP)
        self.cpu = engine.Processor(self.space)
        self.cpu.rip = CODE
        self.cpu.set(RDI, DATA)
        self.cpu.set(R8, 1 << 40)
        self.journal = journal.Journal(self.space)

    def hash(self) -> str:
        total = hashlib.sha256(self.cpu.save())
        for area in self.space.maps():
            total.update(b"%x %x %d" % (area.start, area.end, area.prot))
            for page in range(area.start, area.end, 4096):
                total.update(self.journal.page(page) or b"0")
        return total.hexdigest()

    def run(self, count: int) -> None:
        self.cpu.limit = self.cpu.icount + count
        self.cpu.run()

    def change_the_layout(self, i: int) -> None:
        space = self.space
        if i == 2:
            space.map(0x700000, 0x3000, READ | WRITE, PRIVATE_ANONYMOUS)
            space.write(0x700FF0, b"over two pages, and more")
        elif i == 3:
            space.unmap(0x701000, 0x1000)
            space.map(0x701000, 0x1000, READ | WRITE, PRIVATE_ANONYMOUS)
        elif i == 4:
            space.protect(0x700000, 0x1000, READ)
            space.write(0x701000, b"moved")
            space.remap(0x701000, 0x1000, 0x900000, 0x4000)
        elif i == 5:
            space.protect(0x700000, 0x1000, 0)
            space.write(0x902000, b"grown")
        elif i == 6:
            space.unmap(0x900000, 0x2000)
            space.unmap(0x700000, 0x1000)


class Moment:
    def __init__(self, bench: Bench) -> None:
        self.cpu = bench.cpu.save()
        self.layout = bench.journal.layout()
        self.hash = bench.hash()
        self.tick = bench.cpu.icount
        self.interval = bench.journal.begin()


@pytest.fixture
def lived() -> tuple[Bench, list[Moment]]:
    """A bench and its moments; it stands at the last one."""
    bench = Bench()
    moments = []
    for i in range(8):
        moments.append(Moment(bench))
        bench.run(5000)
        bench.change_the_layout(i)
    moments.append(Moment(bench))
    return bench, moments


def test_memory_and_registers_go_back_and_forward(lived: tuple[Bench, list[Moment]]) -> None:
    bench, moments = lived
    for _ in range(2):
        for moment in reversed(moments[:-1]):
            bench.journal.swap(moment.interval, moment.layout)
            bench.cpu.restore(moment.cpu)
            bench.journal.begin()
            assert bench.hash() == moment.hash
        for moment, following in pairwise(moments):
            bench.journal.swap(moment.interval, following.layout)
            bench.cpu.restore(following.cpu)
            bench.journal.begin()
            assert bench.hash() == following.hash


def test_intervals_that_are_joined_go_back_over_both(lived: tuple[Bench, list[Moment]]) -> None:
    bench, moments = lived
    for i in (6, 4, 2, 1):
        moments[i - 1].interval.absorb(moments[i].interval)
        del moments[i]
    for moment in reversed(moments[:-1]):
        bench.journal.swap(moment.interval, moment.layout)
        bench.cpu.restore(moment.cpu)
        assert bench.hash() == moment.hash


def test_code_that_comes_back_is_translated_again() -> None:
    bench = Bench()
    bench.run(70)
    first = Moment(bench)
    bench.space.write(CODE, bytes.fromhex("48ffc0ebfb"))  # inc rax; jmp
    bench.cpu.rip = CODE
    bench.run(100)
    last = Moment(bench)
    bench.journal.swap(first.interval, first.layout)
    bench.cpu.restore(first.cpu)
    bench.journal.begin()
    bench.run(70)
    twin = Bench()
    twin.run(140)
    assert bench.hash() == twin.hash()
    assert last.tick == first.tick + 100


def test_a_file_that_changes_does_not_change_what_was_mapped(tmp_path: Path) -> None:
    bench = Bench()
    file = tmp_path / "file"
    file.write_bytes(b"before" * 1000)
    with file.open("r+b") as opened:
        bench.space.map(0x700000, 0x3000, READ, 1, opened.fileno(), 0)
        opened.write(b"after")
        opened.flush()
    assert bench.space.read(0x700000, 6) == b"before"
    assert bench.space.read(0x702000, 4) == bytes(4)
    mapping = bench.space.find(0x700000)
    assert mapping is not None
    assert mapping.name == bytes(file)


def test_what_rdtsc_told_is_told_again() -> None:
    bench = Bench()
    bench.space.write(CODE, bytes.fromhex("0f314801c248c7c10a00000090ebf2"))  # rdtsc; add; mov rcx; nop; jmp
    bench.cpu.rip = CODE
    first = Moment(bench)
    answers = bench.journal.answers
    bench.run(1000)
    last = Moment(bench)
    bench.journal.swap(first.interval, first.layout)
    bench.cpu.restore(first.cpu)
    bench.journal.answers = answers
    bench.journal.begin()
    bench.run(1000)
    assert bench.hash() == last.hash
    bench.run(1000)  # what was not told yet is new


def test_only_virtualised_memory_has_a_journal() -> None:
    with pytest.raises(ValueError, match="virtualised"):
        journal.Journal(memory.AddressSpace(False))
