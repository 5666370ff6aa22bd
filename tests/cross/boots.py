"""python -m tests.cross.boots [NAME...]: the PC's boot programs on this host, and a few lines of the API.

Programs that don't pass get a line each; exit status 1 if there are any.
"""

import gc
import io
import platform
import sys
import time

from blinkenlights import Machine
from blinkenlights.pc import run_headless
from tests.pc.conftest import SOURCES, assemble
from tests.pc.test_boot_programs import verdict

# mov eax, 6; imul eax, eax, 7; cvtsi2sd xmm0, eax; sqrtsd xmm0, xmm0; fld1; fadd st0, st0; hlt
CODE = bytes.fromhex("b806000000 6bc007 f20f2ac0 f20f51c0 d9e8 d8c0 f4".replace(" ", ""))


def api() -> list[str]:
    """What is wrong with bare machines."""
    wrong = []
    with Machine.from_bytes(CODE, record=True) as machine:
        machine.run()
        end = machine.tick
        found = machine.regs.eax, machine.regs.xmm0.f64[0], machine.regs.st0
        if found != (42, 42 ** 0.5, 2.0):
            wrong.append(f"the results are {found}")
        machine.seek(2)
        if (machine.tick, machine.regs.eax) != (2, 42):
            wrong.append(f"the past of tick 2 is tick {machine.tick} with eax {machine.regs.eax}")
        machine.run()
        if machine.tick != end:
            wrong.append(f"the second run ends at tick {machine.tick}, the first one at {end}")
    with Machine.from_bytes(bytes.fromhex("48c7c000000010 488b00 f4".replace(" ", ""))) as machine:
        stop = machine.run()  # mov rax, 0x10000000; mov rax, [rax]
        if stop.vector != 14 or stop.fault_address != 0x10000000:
            wrong.append(f"a wild access gives: {stop}")
    return wrong


def main() -> int:
    failed = api()
    for problem in failed:
        print("API:", problem)
    programs = [SOURCES / f"{name}.asm" for name in sys.argv[1:]] or sorted(SOURCES.glob("*.asm"))
    passed = 0
    start = time.monotonic()
    for source in programs:
        said = io.BytesIO()
        gc.collect()  # an address space is a large part of what qemu may have (see ADDRESS_SPACE)
        result = verdict(source, run_headless(assemble(source), timeout=300, out=said))
        if result == "pass":
            passed += 1
        else:
            failed.append(source.stem)
            print(f"{source.stem}: {result} {said.getvalue().decode(errors='replace').strip()}", flush=True)
    seconds = time.monotonic() - start
    print(f"{platform.machine()}: {passed} of {len(programs)} boot programs pass, in {seconds:.0f} s")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
