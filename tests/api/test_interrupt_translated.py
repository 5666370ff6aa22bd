"""Getting a machine out of translated code, which looks at nothing between its jumps."""

import threading
from time import monotonic

from blinkenlights import Machine, Stop

SPIN = bytes.fromhex("ffc0ebfc")  # 1: inc %eax; jmp 1b


def test_a_timeout_ends_a_loop_of_translated_code():
    with Machine.from_bytes(SPIN, jit=True) as machine:
        for _ in range(3):
            reason = machine.run(timeout=0.02)
            assert reason.kind is Stop.TIMEOUT and reason.address in (0x400000, 0x400002)
        assert machine.regs.eax


def test_an_interrupt_from_another_thread_ends_a_loop_of_translated_code():
    with Machine.from_bytes(SPIN, jit=True) as machine:
        timer = threading.Timer(0.05, machine.interrupt)
        timer.start()
        began = monotonic()
        assert machine.run(timeout=60).kind is Stop.INTERRUPT
        assert monotonic() - began < 50
        timer.join()
