"""Branches and stack frames that fault: found by the fuzzer of sequences."""

import pytest

from blinkenlights.core.engine import EXIT_EXCEPTION
from tests.core.machine import CODE, DATA, RAX, RBP, STACK, Bare

NOT_CANONICAL = 0x1234567812345678
TOP = STACK - 0x100  # where RSP starts


def stopped(bare: Bare, vector: int) -> None:
    assert bare.run() == EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.rip, bare.cpu.rsp) == (vector, CODE, TOP)


@pytest.mark.parametrize("virtual", [False, True])
@pytest.mark.parametrize("code", ["c3", "c20800", "ff242500005000", "ffe0", "ffd0"])  # ret, jmp, call
def test_a_branch_to_an_address_that_is_not_canonical_faults_itself(code: str, virtual: bool) -> None:
    bare = Bare(code, virtual)
    bare.cpu.rax = NOT_CANONICAL
    bare.space.put_u64(DATA, NOT_CANONICAL)
    bare.space.put_u64(TOP, NOT_CANONICAL)
    bare.space.put_u64(TOP - 8, 99)
    stopped(bare, 13)
    assert bare.space.u64(TOP - 8) == 99


def test_a_call_to_nowhere_with_a_stack_that_is_not_there_is_a_fault_of_the_stack() -> None:
    bare = Bare("ffd0")
    bare.cpu.rax, bare.cpu.rsp = NOT_CANONICAL, 0x1000
    assert bare.run() == EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.fault_address) == (14, 0xFF8)


def test_an_enter_whose_outer_frame_cannot_be_read_leaves_the_registers_alone() -> None:
    bare = Bare("c8100003")  # enter 16, 3
    bare.cpu.set(RBP, 0x10000)
    stopped(bare, 14)
    assert bare.cpu.get(RBP) == 0x10000 and bare.cpu.fault_address == 0xFFF8


def test_an_enter_whose_outer_frame_is_not_canonical_is_a_stack_fault() -> None:
    bare = Bare("c8100002")
    bare.cpu.set(RBP, NOT_CANONICAL)
    stopped(bare, 12)


def test_an_enter_whose_outer_frame_is_beyond_the_host_reach_is_a_page_fault() -> None:
    bare = Bare("c8100002")
    bare.cpu.set(RBP, 0x7FFFFFFF3FF8)
    stopped(bare, 14)
    assert bare.cpu.fault_address == 0x7FFFFFFF3FF0


def test_a_nested_enter_copies_the_outer_frames() -> None:
    bare = Bare("c81000034889e0f4")  # enter 16, 3; mov rax, rsp; hlt
    bare.space.put_u64(DATA + 0x40 - 8, 11)
    bare.space.put_u64(DATA + 0x40 - 16, 22)
    bare.cpu.set(RBP, DATA + 0x40)
    bare.run()
    frame = TOP - 8
    assert bare.cpu.get(RBP) == frame and bare.cpu.get(RAX) == frame - 24 - 16
    assert [bare.space.u64(frame - 8 * i) for i in range(4)] == [DATA + 0x40, 11, 22, frame]
