"""AVX rules that the comparison with the real CPU cannot show, or shows too rarely."""

import struct

import pytest

from blinkenlights.core.engine import EXIT_EXCEPTION, EXIT_INTERRUPT
from tests.core.machine import DATA, RAX, RCX, Bare

UNDEFINED, PAGE_FAULT = 6, 14
END = "cc"


def ran(machine: Bare) -> Bare:
    assert machine.run() in (EXIT_INTERRUPT, EXIT_EXCEPTION)
    return machine


def test_an_evex_encoding_is_undefined():
    """It has VADDPS's name, but 32 registers and masks that are not there."""
    machine = ran(Bare("62f17c4858c1" + END))  # vaddps zmm0, zmm0, zmm1
    assert machine.cpu.vector == UNDEFINED
    machine = ran(Bare("62f17c0858c1" + END))  # vaddps xmm0, xmm0, xmm1
    assert machine.cpu.vector == UNDEFINED


@pytest.mark.parametrize("virtual", [False, True], ids=["linear", "virtual"])
def test_a_gather_goes_on_where_a_fault_stopped_it(virtual):
    # vpcmpeqd ymm2, ymm2, ymm2; vmovdqu ymm1, [rax]; vpgatherdd ymm0, [rcx + ymm1 * 4], ymm2;
    # vmovdqu [rax + 64], ymm0; vmovdqu [rax + 96], ymm2
    machine = Bare("c5ed76d2" "c5fe6f08" "c4e26d900489" "c5fe7f4040" "c5fe7f5060" + END, virtual)
    beyond = 0x1000
    machine.space.write(DATA, struct.pack("<8i", 0, 1, 2, beyond, 3, 4, 5, 6))
    machine.cpu.set(RAX, DATA)
    machine.cpu.set(RCX, DATA)
    ran(machine)
    assert machine.cpu.vector == PAGE_FAULT
    assert machine.cpu.fault_address == DATA + 4 * beyond
    machine.space.map(DATA + 4 * beyond, 0x1000, 3, 0x32)
    machine.space.put_u32(DATA + 4, 77)  # gathered before the fault: it must not be read again
    machine.space.put_u32(DATA + 4 * beyond, 1234)
    ran(machine)
    assert machine.space.read(DATA + 64, 32) == struct.pack("<8i", 0, 1, 2, 1234, beyond, 3, 4, 5)
    assert machine.space.read(DATA + 96, 32) == bytes(32)


@pytest.mark.parametrize("virtual", [False, True], ids=["linear", "virtual"])
def test_a_masked_store_writes_all_its_elements_or_none(virtual):
    # vmovdqu ymm1, [rax]; vpmaskmovd [rcx], ymm1, ymm1
    machine = Bare("c5fe6f08" "c4e2758e09" + END, virtual)
    machine.space.write(DATA, b"\x80" * 32)
    last = DATA + 0x4000 - 16
    machine.space.write(last, bytes(16))
    machine.cpu.set(RAX, DATA)
    machine.cpu.set(RCX, last)
    ran(machine)
    assert machine.cpu.vector == PAGE_FAULT
    assert machine.cpu.fault_address == last + 16
    assert machine.space.read(last, 16) == bytes(16)


def test_a_masked_load_does_not_touch_what_it_leaves_out():
    # vmovdqu ymm1, [rax]; vpmaskmovd ymm0, ymm1, [rcx]; vmovdqu [rax], ymm0
    machine = Bare("c5fe6f08" "c4e2758c01" "c5fe7f00" + END)
    machine.space.write(DATA, b"\xff" * 16 + bytes(16))
    last = DATA + 0x4000 - 16
    machine.space.write(last, bytes(range(16)))
    machine.cpu.set(RAX, DATA)
    machine.cpu.set(RCX, last)
    ran(machine)
    assert machine.cpu.vector != PAGE_FAULT
    assert machine.space.read(DATA, 32) == bytes(range(16)) + bytes(16)
