"""What has happened, for somebody who has not seen it often: where it was, why, and what can be done now."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blinkenlights import Machine

PAGE = 4096
NEAR = 1 << 20  # bytes below the stack that are still taken for its overflow
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4  # mmap(2)
WRITES, FETCHES = 1 << 1, 1 << 4  # bits of a page fault's error code (Intel SDM volume 3, 4.7)
DIVIDE, INT3, INVALID, PROTECTION, PAGE_FAULT, X87, SIMD = 0, 3, 6, 13, 14, 16, 19
UD2, HLT = b"\x0f\x0b", b"\xf4"

REASONS = {
    DIVIDE: "An integer is divided by zero, or the quotient is too large for its register.",
    INT3: "INT3 stands in the program itself.",
    INVALID: "No instruction of this processor has these bytes.",
    PROTECTION: "An address that can't be (not canonical), an operand that must be aligned, "
    "or an instruction for kernels.",
    X87: "An x87 operation has a result that the program asked to be told of.",
    SIMD: "An SSE operation has a result that the program asked to be told of.",
}


def told(machine: Machine, reason: Any) -> str:
    """The reason's sentence, and what there is to add to it."""
    lines = [str(reason)]
    with suppress(Exception):  # the sentence is enough where something can't be found out
        kind = reason.kind.name
        if kind in ("BREAKPOINT", "WATCHPOINT", "SIGNAL", "EXCEPTION"):
            lines.append(place(machine, reason.address))
        if kind == "EXCEPTION":
            lines.append(why(machine, reason))
        lines.append(possible(machine, reason))
    return "\n".join(line for line in lines if line)


def place(machine: Machine, address: int) -> str:
    """Function and source line."""
    location, line = machine.symbols.lookup(address), machine.symbols.line(address)
    parts = [f"in {location}"] if location is not None else []
    if line is not None:
        parts.append(f"{line[0].rpartition('/')[2]}, line {line[1]}")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def why(machine: Machine, reason: Any) -> str:
    data = b""
    with suppress(Exception):
        data = bytes(machine.memory.read(reason.address, machine.memory.readable(reason.address, 2)))
    if reason.vector == PAGE_FAULT:
        return of_page_fault(machine, reason)
    if reason.vector == INVALID and data == UD2:
        return "UD2 is put where a program must never get to."
    if reason.vector == PROTECTION and data[:1] == HLT and machine.personality == "linux":
        return "HLT is for kernels."
    return REASONS.get(reason.vector, "")


def of_page_fault(machine: Machine, reason: Any) -> str:
    address = reason.fault_address
    area = next((each for each in machine.maps if each.start <= address < each.end), None)
    jumped = address == reason.address
    if area is not None:
        code = reason.error_code or 0
        wanted, verb = next(
            (prot, verb) for asked, prot, verb in (
                (jumped or code & FETCHES, PROT_EXEC, "executed"),
                (code & WRITES, PROT_WRITE, "written"),
                (True, PROT_READ, "read"),
            ) if asked
        )  # fmt: skip
        name = area.name.decode("utf-8", "replace") if isinstance(area.name, bytes) else area.name
        of = f", of {name}," if name else ""
        return "" if area.prot & wanted else f"The memory there{of} may not be {verb}."
    if overflows(machine, address):
        return "That is below the stack's end: calls are nested too deeply, or a local array is too large."
    what = "The program has jumped to where nothing is mapped" if jumped else "Nothing is mapped there"
    return f"{what}: a null pointer." if address < PAGE else f"{what}."


def overflows(machine: Machine, address: int) -> bool:
    """Whether an access is what comes below a stack that has no more room."""
    low = next((each.start for each in machine.maps if each.name in ("[stack]", b"[stack]")), 0)
    return low - NEAR <= address < low and abs(machine.regs.rsp - address) < NEAR


def possible(machine: Machine, reason: Any) -> str:
    """Keys that lead on from an end."""
    kind = reason.kind.name
    keys = []
    if kind == "EXCEPTION" and reason.signal and machine.reactive:
        keys.append("c delivers the signal")
    if kind in ("EXCEPTION", "SIGNAL", "EXIT"):
        keys += ["S steps back"] * (machine.history is not None) + ["R restarts"]
    return f"\n{', '.join(keys)}" if keys else ""
