"""
Translates instructions given in hexadecimal, and prints guest and host code side by side:

    python -m blinkenlights.jit.show 48 89 e5
    python -m blinkenlights.jit.show --at 401000 --checked 48 8b 44 24 08 c3
    python -m blinkenlights.jit.show --known 402000 ff 50 08

`membase`, `spill`, `leave` and so on stand for numbers that differ from host to host. A jump to
`401234'` leads to the translation of guest address 401234, once there is one, and until then to the
stub of that name, which leaves translated code.
"""

import argparse
import sys
from collections.abc import Iterator

from blinkenlights.core.memory import AddressSpace
from blinkenlights.jit.x86_64 import dissect

try:
    import iced_x86
except ImportError:  # it is no part of what blink needs
    sys.exit("show: iced-x86 is missing: pip install iced-x86")

MEMBASE, ORIGIN = 0x100000000000, 0x40000000
ADDRESS = 0x401000
GUEST_COLUMNS = 38
ALL = (1 << 64) - 1
HIDING, JUMP = b"\x0f\x1f\x84", b"\xe9"  # nop [rcx+rbp*8+disp32], up to where the jump begins


class Listing:
    """A translated unit, taken apart."""

    def __init__(self, code: bytes, rip: int = ADDRESS, checked: bool = False,
                 busy: bool = False) -> None:
        space = AddressSpace(jit=True)
        self.code, self.rip, self.checked = code, rip, checked
        self.places = dissect.places(space)
        self.unit = dissect.translation(space, code, rip, MEMBASE, ORIGIN, checked, busy)
        self.look_at(self.unit)

    def look_at(self, unit: "dissect.Translation") -> None:
        self.unit = unit
        self.formatter = iced_x86.Formatter(iced_x86.FormatterSyntax.INTEL)
        self.formatter.hex_prefix, self.formatter.hex_suffix = "0x", ""
        self.formatter.uppercase_hex = False
        self.formatter.space_after_operand_separator = True
        self.formatter.branch_leading_zeros = False
        self.formatter.small_hex_numbers_in_decimal = True
        self.host = self.decoded(self.unit["code"])
        self.names = self.name_values()
        self.labels, self.words = self.name_places()

    @staticmethod
    def decoded(code: bytes) -> list[iced_x86.Instruction]:
        """Host code; of a NOP that has a jump in it, the jump."""
        found, at = [], 0
        while at < len(code):
            at += len(HIDING) if code.startswith(HIDING + JUMP, at) else 0
            found.append(next(iced_x86.Decoder(64, code[at:], ip=ORIGIN + at)))
            at += found[-1].len
        return found

    def name_values(self) -> dict[int, str]:
        """What numbers in operands stand for."""
        names = {value & ALL: name for name, value in self.places.items()}
        names[MEMBASE], names[-MEMBASE & ALL] = "membase", "-membase"
        return names

    def name_places(self) -> tuple[dict[int, str], dict[int, str]]:
        """Names of offsets in the host code, and of where a jump with its word at an offset leads."""
        labels: dict[int, str] = {}
        words: dict[int, str] = {}
        for kind, target, patch, stub in self.unit["sites"]:
            if kind == "link":
                labels[stub] = words[patch] = f"{target:x}'"
            elif kind in ("calls", "jumps"):
                labels[stub] = "another address"
                if kind == "jumps":
                    words[patch] = labels[stub]
            elif kind == "other":
                words[patch] = "next comparison"
            elif kind == "return":
                labels[stub] = f"after {target:x}"
                words[patch] = "next way in"
        self.tail = min([offset for offset, name in labels.items() if name.endswith("'")]
                        or [len(self.unit["code"])])  # fmt: skip
        for each in self.host:
            target = each.near_branch_target - ORIGIN
            if each.mnemonic == iced_x86.Mnemonic.CALL and 0 < target < len(self.unit["code"]):
                labels.setdefault(target, "thunk")
                self.tail = min(self.tail, target)
        for each in self.host:
            target = each.near_branch_target - ORIGIN
            if 0 < target < len(self.unit["code"]) and self.word_of(each) not in words:
                labels.setdefault(target, f".{sum(name[0] == '.' for name in labels.values()) + 1}")
        return labels, words

    @staticmethod
    def word_of(instruction: iced_x86.Instruction) -> int:
        """The offset of its last four bytes."""
        return int(instruction.ip - ORIGIN + instruction.len - 4)

    def text(self, instruction: iced_x86.Instruction) -> str:
        """As the formatter writes it, with names for numbers."""
        text = str(self.formatter.format(instruction))
        if instruction.flow_control != iced_x86.FlowControl.NEXT and instruction.near_branch_target:
            target = instruction.near_branch_target
            name = self.words.get(self.word_of(instruction)) or self.labels.get(target - ORIGIN)
            return text.replace(f"{target:#x}", name or self.names.get(target, f"{target:#x}"))
        for number in (instruction.memory_displacement, *self.immediates(instruction)):
            if number in self.names:
                text = text.replace(f"{number:#x}", self.names[number])
                text = text.replace(f"-{-number & ALL:#x}", self.names[number])
        if "fs:[origin]," in text:
            text = text.replace(f"{instruction.immediate(1):#x}", "here")
        return text

    @staticmethod
    def immediates(instruction: iced_x86.Instruction) -> list[int]:
        kinds = (instruction.op_kind(i) for i in range(instruction.op_count))
        wide = (iced_x86.OpKind.IMMEDIATE64, iced_x86.OpKind.IMMEDIATE32TO64)
        return [instruction.immediate(i) for i, kind in enumerate(kinds) if kind in wide]

    def guest_text(self, offset: int) -> str:
        decoder = iced_x86.Decoder(64, self.code[offset:], ip=self.rip + offset)
        return f"{self.rip + offset:x}  {self.formatter.format(next(decoder))}"

    def comparison(self, known: int) -> Iterator[str]:
        """What the first instruction, an indirect call or jump, asks once it led to `known`."""
        first = next(iced_x86.Decoder(64, self.code, ip=self.rip))
        after = first.next_ip if first.flow_control == iced_x86.FlowControl.INDIRECT_CALL else 0
        self.look_at(dissect.comparison(AddressSpace(jit=True), known, after, ORIGIN))
        yield f"{'':{GUEST_COLUMNS}}is it {known:x}?"
        yield from self.lines(body=True)

    def lines(self, body: bool = False) -> Iterator[str]:
        """The listing; with `body` only the instructions' own code."""
        guest: dict[int, list[str]] = {}
        for i, (host, offset) in enumerate(self.unit["boundaries"]):
            comparing = self.checked and i == 0
            text = "still the same?" if comparing else self.guest_text(offset)
            if self.unit["code"].startswith(HIDING + JUMP, host):
                host += len(HIDING)
            guest.setdefault(host, []).append(text)
        end = self.rip + self.unit["bytes"]
        onward = {patch for kind, target, patch, _ in self.unit["sites"]
                  if kind == "link" and target == end and patch < self.tail}  # fmt: skip
        for each in self.host:
            offset = each.ip - ORIGIN
            if body and (offset >= self.tail or self.word_of(each) in onward):
                continue
            left = guest.pop(offset, [""])
            yield from left[:-1]
            if offset in self.labels:
                if left[-1]:
                    yield left[-1]
                    left = [""]
                yield f"{'':{GUEST_COLUMNS}}{self.labels[offset]}:"
            hidden = self.unit["code"].startswith(HIDING, offset - len(HIDING)) and offset >= len(HIDING)
            yield f"{left[-1]:{GUEST_COLUMNS}}    {self.text(each)}" + "    (in a nop)" * hidden
        for texts in guest.values():  # instructions that need no code
            yield from texts


def listing(words: list[str]) -> list[str]:
    """The lines that the command with these words prints; SystemExit when the words are wrong."""
    parser = argparse.ArgumentParser(prog="show", description="Show what guest code is translated to.")
    parser.add_argument("--at", metavar="ADDRESS", default=f"{ADDRESS:x}", help="guest address, hexadecimal")
    parser.add_argument("--checked", action="store_true", help="as on a page that is often written")
    parser.add_argument("--busy", action="store_true", help="as after jumps to many addresses")
    parser.add_argument("--known", metavar="ADDRESS", help="and what it asks once it has led to this address")
    parser.add_argument("--body", action="store_true", help="leave out what stands behind the unit")
    parser.add_argument("bytes", nargs="+", metavar="BYTE")
    options = parser.parse_args(words)
    try:
        code, rip = bytes.fromhex("".join(options.bytes)), int(options.at, 16)
        known = None if options.known is None else int(options.known, 16)
    except ValueError:
        parser.exit(2, "show: not hexadecimal\n")
    try:
        made = Listing(code, rip, options.checked, options.busy)
    except ValueError as problem:
        parser.exit(1, f"show: {problem}\n")
    except KeyError:
        parser.exit(1, "show: the first bytes are no instruction\n")
    lines = [*made.lines(options.body), *([] if known is None else made.comparison(known))]
    return [line.rstrip() for line in lines]


if __name__ == "__main__":
    print("\n".join(listing(sys.argv[1:])))
