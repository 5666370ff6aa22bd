"""The run loop: faults are precise, counts exact, and code that changes is seen."""

import threading
import time
from collections.abc import Iterator

import pytest

from blinkenlights.core import engine, host, memory
from tests.core.machine import (
    CODE,
    DATA,
    EXEC,
    RAX,
    RBP,
    RBX,
    RCX,
    RDI,
    READ,
    RSI,
    SHARED,
    STACK,
    WRITE,
    Bare,
)


@pytest.fixture(params=[False, True], ids=["linear", "virtualised"])
def virtual(request: pytest.FixtureRequest) -> Iterator[bool]:
    yield request.param


def test_a_loop_runs_and_is_counted_exactly(virtual: bool) -> None:
    # mov ecx, 1000; again: add eax, ecx; dec ecx; jnz again; ud2
    bare = Bare("b9e8030000 01c8 ffc9 75fa 0f0b", virtual)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.rip) == (6, CODE + 11)
    assert bare.cpu.get(RAX) == 500500
    assert bare.cpu.icount == 3001


def test_an_instruction_limit_stops_at_exactly_that_instruction(virtual: bool) -> None:
    bare = Bare("b9e8030000 01c8 ffc9 75fa 0f0b", virtual)
    for limit in (1, 2, 3, 4, 100, 101, 102, 1500, 2999):
        bare.cpu.limit = limit
        assert bare.run() == engine.EXIT_ATTENTION
        assert bare.cpu.icount == limit
    bare.cpu.limit = None
    assert bare.run() == engine.EXIT_EXCEPTION
    assert bare.cpu.icount == 3001


def test_stepping_visits_every_instruction(virtual: bool) -> None:
    # call next; nop; next: pop rax; jmp $+2; nop
    bare = Bare("e801000000 90 58 eb00 90", virtual)
    seen = []
    for _ in range(4):
        seen.append(bare.cpu.rip - CODE)
        assert bare.cpu.step() == engine.EXIT_ATTENTION
    assert seen == [0, 6, 7, 9]
    assert bare.cpu.get(RAX) == CODE + 5
    assert bare.cpu.icount == 4


def test_a_fault_in_the_middle_of_a_block_leaves_the_registers_as_they_were(virtual: bool) -> None:
    # mov eax, 1; mov ebx, 2; add rax, [rdi]; mov ebx, 3; ud2
    bare = Bare("b801000000 bb02000000 480307 bb03000000 0f0b", virtual)
    bare.cpu.set(RDI, 0x700123)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.fault_address, bare.cpu.rip) == (14, 0x700123, CODE + 10)
    assert (bare.cpu.get(RAX), bare.cpu.get(RBX), bare.cpu.icount) == (1, 2, 2)


def test_a_write_to_read_only_memory_faults_and_changes_no_flag(virtual: bool) -> None:
    # xor ecx, ecx (ZF); add qword [rdi], 1; ud2
    bare = Bare("31c9 48830701 0f0b", virtual)
    bare.space.protect(DATA, 0x1000, READ)
    bare.cpu.set(RDI, DATA + 8)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.fault_address, bare.cpu.rip) == (14, DATA + 8, CODE + 2)
    assert bare.cpu.error_code & 2
    assert bare.cpu.rflags & 0x40


def test_a_store_across_two_pages_is_done_whole_or_not_at_all(virtual: bool) -> None:
    # mov [rdi], rax; ud2
    bare = Bare("488907 0f0b", virtual)
    bare.space.protect(DATA + 0x1000, 0x1000, READ)
    bare.cpu.set(RDI, DATA + 0x1000 - 4)
    bare.cpu.set(RAX, ~0)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert bare.cpu.vector == 14
    assert bare.space.read(DATA + 0x1000 - 4, 8) == bytes(8)


def test_an_address_that_is_not_canonical_is_a_protection_fault() -> None:
    # mov rax, [rdi]
    bare = Bare("488b07")
    bare.cpu.set(RDI, 0xDEAD_BEEF_0000_0000)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert bare.cpu.vector == 13


def test_virtualised_memory_stops_every_address_beyond_the_guest() -> None:
    for address in (1 << 46, 0x7FFF_FFFF_F000, 0x5555_5555_4000):
        bare = Bare("488b07", virtual=True)
        bare.cpu.set(RDI, address)
        assert bare.run() == engine.EXIT_EXCEPTION
        assert (bare.cpu.vector, bare.cpu.fault_address) == (14, address)


def test_running_into_memory_that_may_not_be_executed_is_a_fetch_fault(virtual: bool) -> None:
    # jmp rdi
    bare = Bare("ffe7", virtual)
    bare.cpu.set(RDI, DATA)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.fault_address, bare.cpu.rip) == (14, DATA, DATA)
    assert bare.cpu.error_code & 0x10


def test_an_instruction_cut_by_the_end_of_memory_faults_on_the_next_page(virtual: bool) -> None:
    bare = Bare("90", virtual)
    bare.space.write(CODE + 0x4000 - 2, b"\x48\xb8")  # mov rax, imm64 without its immediate
    bare.cpu.rip = CODE + 0x4000 - 2
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.fault_address) == (14, CODE + 0x4000)
    assert bare.cpu.rip == CODE + 0x4000 - 2


def test_code_may_change_the_instruction_just_ahead_of_it(virtual: bool) -> None:
    # mov byte [rip+1], 7; mov al, 0 (its immediate is what changes); ud2
    bare = Bare("c6050100000007 b000 0f0b", virtual)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.get(RAX)) == (6, 7)


def test_a_loop_that_rewrites_its_own_body_every_time_is_followed(virtual: bool) -> None:
    # mov ecx, 1000; again: inc byte [rip+1]; mov al, 0 <- ; movzx eax, al; add ebx, eax; dec ecx; jnz; ud2
    bare = Bare("b9e8030000 fe0501000000 b000 0fb6c0 01c3 ffc9 75ef 0f0b", virtual)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert bare.cpu.vector == 6
    assert bare.cpu.get(RBX) == sum(i & 0xFF for i in range(1, 1001))


def test_code_written_through_another_mapping_of_the_same_file_is_seen(virtual: bool) -> None:
    import os

    bare = Bare("90", virtual)
    fd = os.memfd_create("code")
    os.ftruncate(fd, 0x1000)
    bare.space.map(0x800000, 0x1000, READ | EXEC, SHARED, fd)
    bare.space.map(0x900000, 0x1000, READ | WRITE, SHARED, fd)
    os.close(fd)
    for value in (3, 5):
        bare.space.write(0x900000, bytes([0xB0, value, 0x0F, 0x0B]))  # mov al, value; ud2
        bare.cpu.rip = 0x800000
        assert bare.run() == engine.EXIT_EXCEPTION
        assert bare.cpu.get(RAX) & 0xFF == value


def test_a_page_mapped_anew_does_not_run_its_old_code(virtual: bool) -> None:
    bare = Bare("b001 0f0b", virtual)
    bare.run()
    bare.space.map(CODE, 0x1000, READ | WRITE | EXEC, 0x22)
    bare.space.write(CODE, bytes.fromhex("b002 0f0b"))
    bare.cpu.rip = CODE
    bare.run()
    assert bare.cpu.get(RAX) & 0xFF == 2


def test_the_host_kernel_may_write_where_code_was_once_guards_are_lifted() -> None:
    import os

    bare = Bare("b001 0f0b")
    bare.run()
    source, sink = os.pipe()
    os.write(sink, bytes.fromhex("b009"))
    at = bare.space.pointer(CODE, 2)
    assert host.syscall(0, source, at, 2) == -14  # EFAULT: the page is guarded
    assert bare.cpu.release_code()
    assert not bare.cpu.release_code()
    assert host.syscall(0, source, at, 2) == 2
    os.close(source)
    os.close(sink)
    bare.cpu.rip = CODE
    bare.run()
    assert bare.cpu.get(RAX) & 0xFF == 9


def test_another_thread_can_call_for_attention_in_an_endless_loop() -> None:
    bare = Bare("ebfe")
    timer = threading.Timer(0.05, bare.cpu.attend)
    timer.start()
    began = time.monotonic()
    assert bare.run() == engine.EXIT_ATTENTION
    assert time.monotonic() - began < 5
    assert bare.cpu.rip == CODE


def test_locked_additions_from_two_threads_lose_none(virtual: bool) -> None:
    # again: lock add dword [rdi], 1; lock xadd [rdi+8], rbx...; dec ecx; jnz again; ud2
    code = "f0830701 f0ff4708 ffc9 75f4 0f0b"
    first = Bare(code, virtual)
    second = engine.Processor(first.space)
    for cpu in (first.cpu, second):
        cpu.rip = CODE
        cpu.set(RDI, DATA)
        cpu.set(RCX, 100_000)
    thread = threading.Thread(target=second.run)
    thread.start()
    first.run()
    thread.join()
    assert first.space.u32(DATA) == 200_000
    assert first.space.u32(DATA + 8) == 200_000


def test_a_repeated_move_over_a_hole_stops_there_with_exact_registers(virtual: bool) -> None:
    # rep movsb; ud2
    bare = Bare("f3a4 0f0b", virtual)
    bare.space.unmap(DATA + 0x2000, 0x1000)
    bare.cpu.set(6, CODE)
    bare.cpu.set(RDI, DATA + 0x1F00)
    bare.cpu.set(RCX, 0x400)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.fault_address, bare.cpu.rip) == (14, DATA + 0x2000, CODE)
    assert (bare.cpu.get(6), bare.cpu.get(RDI), bare.cpu.get(RCX)) == (CODE + 0x100, DATA + 0x2000, 0x300)


def test_a_new_processor_inherits_its_parents_registers() -> None:
    bare = Bare("0f0b")
    bare.cpu.set(RBX, 77)
    bare.cpu.fs_base = 0x1234
    bare.cpu.rflags = 0x8D5
    child = engine.Processor(bare.space, bare.cpu)
    assert (child.get(RBX), child.fs_base, child.rip, child.rsp) == (77, 0x1234, CODE, STACK - 0x100)
    assert child.rflags == 0x8D7


def test_every_combination_of_status_flags_survives_being_set() -> None:
    bare = Bare("0f0b")
    bits = (1, 4, 0x10, 0x40, 0x80, 0x800)
    for n in range(64):
        flags = sum(bit for i, bit in enumerate(bits) if n >> i & 1)
        bare.cpu.rflags = flags
        assert bare.cpu.rflags & 0x8D5 == flags


def test_a_full_translation_cache_is_emptied_and_execution_goes_on() -> None:
    # a long run of distinct blocks, each a jump to the next: more than one pass over them
    bare = Bare("90")
    size = 0x200000
    bare.space.map(0x1000000, size, READ | WRITE | EXEC, 0x22)
    bare.space.write(0x1000000, b"\xeb\x00" * (size // 2 - 1) + b"\x0f\x0b")
    old = engine.set_code_limit(8 << 20)
    try:
        for _ in range(2):
            bare.cpu.rip = 0x1000000
            assert bare.run() == engine.EXIT_EXCEPTION
            assert bare.cpu.rip == 0x1000000 + size - 2
    finally:
        engine.set_code_limit(old)
    assert bare.cpu.icount == 2 * (size // 2 - 1)
    assert bare.cpu.code_statistics()["flushes"] > 0


def test_reading_what_is_not_there_raises_with_the_first_bad_address(virtual: bool) -> None:
    bare = Bare("90", virtual)
    with pytest.raises(memory.GuestFault) as caught:
        bare.space.read(DATA + 0x3FF0, 0x20)
    assert caught.value.address == DATA + 0x4000
    with pytest.raises(memory.GuestFault):
        bare.space.write(0, b"x")
    bare.space.write(DATA + 0x3FFC, b"abcd")
    with pytest.raises(memory.GuestFault):
        bare.space.read_cstring(DATA + 0x3FFC)


def test_address_spaces_that_are_gone_make_room_for_new_ones() -> None:
    sizes = {memory.AddressSpace(bool(n % 2)).size for n in range(50)}
    assert len(sizes) == 1


def test_a_bit_offset_that_leads_back_to_a_canonical_address_is_no_protection_fault() -> None:
    # bt [rdi], rax: the operand begins just below the hole's end, the bit is 8 bytes further up
    bare = Bare("480fa307 0f0b")
    bare.cpu.set(RDI, 0xFFFF_7FFF_FFFF_FFFF)
    bare.cpu.set(RAX, 64)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.fault_address) == (14, 0xFFFF_8000_0000_0007)


def test_a_repeated_store_that_faults_has_nothing_to_do_with_the_source_index():
    bare = Bare("f3aa")  # rep stosb
    bare.cpu.set(RDI, 0x700000)
    bare.cpu.set(RSI, 1 << 63)
    bare.cpu.set(RCX, 64)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.fault_address) == (14, 0x700000)


AWAY = 0x7979_FFFF_F000  # canonical; where it would be on the host is not

IMPLIED = {"9c": (AWAY - 8, 6), "50": (AWAY - 8, 6), "e800000000": (AWAY - 8, 6), "ff30": (AWAY, 4),
           "9d": (AWAY, 4), "58": (AWAY, 4), "c3": (AWAY, 4), "c9": (AWAY, 4), "c8100000": (AWAY - 8, 6),
           "d7": (AWAY, 4), "a4": (AWAY, 4), "aa": (AWAY, 6), "ac": (AWAY, 4), "ae": (AWAY, 4),
           "8900": (AWAY, 6), "0fae00": (AWAY, 6)}  # fmt: skip


@pytest.mark.parametrize("code", IMPLIED)
def test_an_operand_that_the_host_cannot_name_is_named(code: str, virtual: bool) -> None:
    bare = Bare(code, virtual)
    assert bare.space.base + AWAY >= 1 << 47
    for register in (RBX, RBP, RSI, RDI):
        bare.cpu.set(register, AWAY)
    bare.cpu.set(RAX, 0 if code == "d7" else AWAY)
    bare.cpu.rsp = AWAY
    assert bare.run() == engine.EXIT_EXCEPTION
    cpu = bare.cpu
    assert (cpu.vector, cpu.fault_address, cpu.error_code, cpu.rip) == (14, *IMPLIED[code], CODE)
