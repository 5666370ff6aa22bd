"""Segments and far transfers as user code on Linux meets them."""

import pytest

from blinkenlights.core import blocks, engine
from tests.core.machine import CODE, DATA, RAX, RBX, RCX, RDX, STACK, Bare


def far_pointer(bare: Bare, offset: int, selector: int, size: int = 4) -> None:
    bare.space.write(DATA, offset.to_bytes(size, "little") + selector.to_bytes(2, "little"))
    bare.cpu.set(RDX, DATA)


def test_a_far_jump_enters_compatibility_mode_and_another_leaves_it() -> None:
    # jmp far [rdx]; at +0x10, as 32-bit code: inc eax; dec ecx; jmp 0x33:CODE+0x30; there: dec rax (48 ffc8)
    bare = Bare("ff2a" + "90" * 14 + "40 49 ea 3000400033 00".ljust(32, " ") + "90" * 23 + "48ffc8 cc")
    far_pointer(bare, CODE + 0x10, 0x23)
    bare.cpu.set(RAX, 0xFFFFFFFFFFFFFFFF)
    bare.cpu.set(RCX, 5)
    bare.run()
    assert bare.cpu.mode == 64
    assert (bare.cpu.vector, bare.cpu.rip) == (3, CODE + 0x34)
    assert (bare.cpu.get(RAX), bare.cpu.get(RCX)) == (0xFFFFFFFFFFFFFFFF, 4)


def test_the_same_bytes_are_other_instructions_in_the_other_mode() -> None:
    for selector, rax in ((0x23, 0), (0x33, 0xFFFFFFFF)):
        bare = Bare("ff2a" + "90" * 14 + "48 ffc8 cc")  # 32-bit: dec eax; dec eax
        far_pointer(bare, CODE + 0x10, selector)
        bare.cpu.set(RAX, 2 if selector == 0x23 else 0x100000000)
        bare.run()
        assert bare.cpu.get(RAX) == rax


@pytest.mark.parametrize(("offset", "selector", "size", "error"), [
    (CODE, 0, 4, 0), (CODE, 3, 4, 0), (CODE, 0x2B, 4, 0x28), (CODE, 0x10, 4, 0x10), (CODE, 0x37, 4, 0x34),
    (1 << 32, 0x23, 8, 0), (1 << 47, 0x33, 8, 0)])
def test_a_far_jump_that_user_mode_may_not_make_is_a_general_protection_fault(
        offset: int, selector: int, size: int, error: int) -> None:
    bare = Bare("48ff2a" if size == 8 else "ff2a")
    far_pointer(bare, offset, selector, size)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.error_code, bare.cpu.rip) == (13, error, CODE)


def test_a_far_call_returns() -> None:
    bare = Bare("48ff1a 90 cc".replace(" ", "") + "90" * 11 + "48cb")  # call far [rdx]; retfq at +0x10
    far_pointer(bare, CODE + 0x10, 0x33, 8)
    bare.cpu.step()
    assert bare.cpu.rip == CODE + 0x10
    assert (bare.space.u64(bare.cpu.rsp), bare.space.u64(bare.cpu.rsp + 8)) == (CODE + 3, 0x33)
    bare.cpu.step()
    assert (bare.cpu.rip, bare.cpu.rsp) == (CODE + 3, STACK - 0x100)


def test_an_interrupt_return_loads_flags_and_stack() -> None:
    bare = Bare("48cf")
    frame = (CODE + 0x20, 0x33, 0x8D7 | 0x3000, DATA + 8, 0x2B)
    bare.space.write(STACK - 0x100, b"".join(word.to_bytes(8, "little") for word in frame))
    bare.cpu.step()
    assert (bare.cpu.rip, bare.cpu.rsp) == (CODE + 0x20, DATA + 8)
    assert bare.cpu.rflags == 0xAD7  # interrupts stay on, the I/O privilege level stays 0


@pytest.mark.parametrize(("code", "number"), [("0fb20a", 2), ("0fb40a", 4), ("0fb50a", 5)])
def test_a_far_pointer_loads_a_register_and_a_segment(code: str, number: int) -> None:
    bare = Bare(code)  # lss, lfs, lgs ecx, [rdx]
    far_pointer(bare, 0x12345678, 0x2B)
    bare.cpu.step()
    assert bare.cpu.get(RCX) == 0x12345678
    far_pointer(bare, 1, 0x18)
    bare.cpu.rip = CODE
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.error_code, bare.cpu.get(RCX)) == (13, 0x18, 0x12345678)


def test_data_segments_take_readable_code_but_the_stack_does_not() -> None:
    for code, vector in (("8ed8", None), ("8ec0", None), ("8ed0", 13)):  # mov ds/es/ss, eax
        bare = Bare(code + "cc")
        bare.cpu.set(RAX, 0x33)
        bare.run()
        assert bare.cpu.vector == (vector or 3)


def test_decimal_adjustment_works_in_64_bit_code_unless_strict() -> None:
    bare = Bare("d40a cc")  # aam
    bare.cpu.set(RAX, 57)
    bare.run()
    assert (bare.cpu.vector, bare.cpu.get(RAX)) == (3, 0x507)
    try:
        blocks.set_strict(True)
        bare = Bare("d40a cc")
        assert bare.run() == engine.EXIT_EXCEPTION
        assert (bare.cpu.vector, bare.cpu.rip) == (6, CODE)
    finally:
        blocks.set_strict(False)


def test_a_line_is_cleared_where_rax_points() -> None:
    bare = Bare("0f01fc")
    bare.space.write(DATA, b"\xff" * 256)
    bare.cpu.set(RAX, DATA + 100)
    bare.cpu.step()
    assert bare.space.read(DATA, 256) == b"\xff" * 64 + bytes(64) + b"\xff" * 128


def test_protection_rights_adjusts_upwards_only() -> None:
    for value, wanted, result, zero in ((0x28, 3, 0x2B, 0x40), (0x2B, 1, 0x2B, 0)):
        bare = Bare("63d8")  # arpl ax, bx
        bare.cpu.mode = 32
        bare.cpu.set(RAX, value)
        bare.cpu.set(RBX, wanted)
        bare.cpu.step()
        assert (bare.cpu.get(RAX), bare.cpu.rflags & 0x40) == (result, zero)


def test_a_far_call_into_64_bit_code_minds_no_limit_of_the_stack_that_it_came_from() -> None:
    # mov ss, eax; jmp far [rdx]; at +0x10, as 32-bit code: call 0x33:CODE+0x30
    bare = Bare("8ed0 ff2a".replace(" ", "") + "90" * 12 + "9a 30004000 3300".replace(" ", "") + "cc" * 64)
    bare.space.set_descriptor(0, 0x00C0F3000000000F)  # up to 64 KiB, which the stack is above
    bare.cpu.set(RAX, 7)
    far_pointer(bare, CODE + 0x10, 0x23)
    bare.run()
    assert (bare.cpu.vector, bare.cpu.rip, bare.cpu.mode) == (3, CODE + 0x31, 64)
    assert (bare.space.u32(bare.cpu.rsp), bare.space.u32(bare.cpu.rsp + 4)) == (CODE + 0x17, 0x23)


def test_a_far_call_looks_for_room_on_the_stack_before_it_looks_at_the_limit_of_its_target() -> None:
    # mov ss, eax; jmp far [rdx]; at +0x10, as 32-bit code: call 0xf:0x10000
    bare = Bare("8ed0 ff2a".replace(" ", "") + "90" * 12 + "9a 00000100 0f00".replace(" ", "") + "cc" * 64)
    bare.space.set_descriptor(0, 0x00C0F3000000000F)
    bare.space.set_descriptor(1, 0x0040FB000000FFFF)
    bare.cpu.set(RAX, 7)
    far_pointer(bare, CODE + 0x10, 0x23)
    bare.run()
    assert (bare.cpu.vector, bare.cpu.rip) == (12, CODE + 0x10)


def test_entering_a_frame_checks_that_its_end_can_be_written() -> None:
    bare = Bare("8ed0 ff2a".replace(" ", "") + "90" * 12 + "c8001000cc")  # enter 0x1000, 0
    bare.space.set_descriptor(0, 0x00C0F700000005FF)  # downward to 0x600000
    bare.space.map(STACK, 0x4000, 3, 0x32)
    bare.cpu.set(RAX, 7)
    bare.cpu.rsp = STACK + 0x100
    far_pointer(bare, CODE + 0x10, 0x23)
    bare.run()
    assert (bare.cpu.vector, bare.cpu.rip, bare.cpu.rsp) == (12, CODE + 0x10, STACK + 0x100)
