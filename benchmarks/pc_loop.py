"""The speed of a PC: python -m benchmarks.pc_loop [MILLIONS] times loops of real, 32-bit and 64-bit code.

Millions of instructions a second, by processor time; each loop has memory operands and a branch.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blinkenlights.pc.machine import PC, End

BOOT = Path(__file__).parents[1] / "tests" / "guests" / "boot"

REAL = """
test:
    sti
again:
    add ax, 3
    inc word [0x600]
    mov bx, [0x602]
    xor bx, ax
    dec cx
    jnz again
    jmp again
    end_of_sector
"""
PROTECTED = """
main:
again:
    add eax, 3
    inc dword [0x600]
    mov ebx, [0x604]
    xor ebx, eax
    dec ecx
    jnz again
    jmp again
    end_of_program
"""
PROGRAMS = {
    "real": '%include "verdict.inc"\n' + REAL,
    "protected": '%define SECTORS 8\n%include "verdict.inc"\n%include "protected.inc"\n' + PROTECTED,
    "paged": '%define SECTORS 8\n%include "verdict.inc"\n%include "protected.inc"\n%include "paging.inc"\n'
    + PROTECTED.replace("main:\n", "main:\n    start_paging\n"),
    "long": '%define SECTORS 9\n%include "verdict.inc"\n%include "protected.inc"\n%include "long.inc"\n'
    + PROTECTED.replace("main:", "main64:"),
}  # fmt: skip


def assembled(name: str, directory: Path) -> Path:
    """The disk image of a program, made in a directory."""
    source, image = directory / "program.asm", directory / "image"
    source.write_text(PROGRAMS[name])
    command = ["nasm", "-f", "bin", "-w-all", "-i", f"{BOOT}/", "-o", str(image), str(source)]
    subprocess.run(command, check=True)
    return image


def speed(name: str, millions: int) -> float:
    """MIPS of one program."""
    with tempfile.TemporaryDirectory() as directory:
        machine = PC(assembled(name, Path(directory)))
        try:
            machine.run(count=1_000_000)  # past its start
            begin = time.process_time()
            end = machine.run(count=millions * 1_000_000)
            took = time.process_time() - begin
        finally:
            machine.close()
    if end is not End.COUNT:
        raise RuntimeError(f"{name} ended: {end}")
    return millions / took


def main() -> int:
    if shutil.which("nasm") is None:
        print("pc_loop: nasm isn't here", file=sys.stderr)
        return 1
    millions = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for name in PROGRAMS:
        print(f"{name:10} {speed(name, millions):6.0f} MIPS")
    return 0


if __name__ == "__main__":
    sys.exit(main())
