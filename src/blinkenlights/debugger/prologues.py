"""What a function's code tells of its frame, where there is no call frame information.

The instructions from the function's start are followed in a straight line, counting what they push. What
follows a return or a jump is taken to have the frame that was set up before, as compilers put the rare
paths and early returns in between.
"""

from typing import NamedTuple

from iced_x86 import Code, Decoder, FlowControl, Instruction, OpKind, Register

LONGEST = 1 << 14  # bytes of a function that are looked at
SAVED = {
    Register.RBX: "rbx", Register.RBP: "rbp", Register.R12: "r12", Register.R13: "r13",
    Register.R14: "r14", Register.R15: "r15",
}  # fmt: skip
PUSHES = (Code.PUSH_R64,)
POPS = (Code.POP_R64,)
SUBTRACTIONS = (Code.SUB_RM64_IMM8, Code.SUB_RM64_IMM32)
ADDITIONS = (Code.ADD_RM64_IMM8, Code.ADD_RM64_IMM32)
MOVES = (Code.MOV_RM64_R64, Code.MOV_R64_RM64)
ENDS = (FlowControl.RETURN, FlowControl.UNCONDITIONAL_BRANCH, FlowControl.INDIRECT_BRANCH)


class Layout(NamedTuple):
    """A frame: bytes between the stack pointer and the return address, and where registers are saved."""

    depth: int
    saved: dict[str, int]  # name -> bytes below the return address


def layout_at(code: bytes, start: int, pc: int) -> Layout | None:
    """The frame that a function has at `pc`, as its code from `start` on tells; None if it can't be told."""
    follower = Follower()
    at = start
    for instruction in Decoder(64, code, ip=start):
        if at == pc:
            break
        if instruction.is_invalid or at > pc:
            return None
        if not follower.follow(instruction):
            return None
        at += instruction.len
    if at != pc:
        return None
    return follower.layout()


class Follower:
    """Counts what is on the stack."""

    def __init__(self) -> None:
        self.depth = 0
        self.saved: dict[str, int] = {}
        self.full: tuple[int, dict[str, int]] = (0, {})  # the frame when it was set up whole
        self.ended = False  # the last instruction went elsewhere

    def layout(self) -> Layout | None:
        depth, saved = self.full if self.ended else (self.depth, self.saved)
        return Layout(depth, dict(saved)) if depth >= 0 else None

    def follow(self, i: Instruction) -> bool:
        """Take in an instruction; False when the frame is beyond this: by a frame pointer, or aligned."""
        if self.ended:
            self.ended = False
            self.depth, self.saved = self.full[0], dict(self.full[1])
        code = i.code
        if code in PUSHES or (i.stack_pointer_increment == -8 and i.is_stack_instruction and not is_call(i)):
            self.depth += 8
            name = SAVED.get(i.op0_register) if code in PUSHES else None
            if name is not None:
                self.saved.setdefault(name, self.depth)
        elif code in POPS:
            name = SAVED.get(i.op0_register)
            if name is not None and self.saved.get(name) == self.depth:
                del self.saved[name]
            self.depth -= 8
        elif code in SUBTRACTIONS and i.op0_register == Register.RSP:
            self.depth += as_signed(i.immediate(1))
        elif code in ADDITIONS and i.op0_register == Register.RSP:
            self.depth -= as_signed(i.immediate(1))
        elif i.op0_kind == OpKind.REGISTER and i.op0_register == Register.RSP and writes_first(i):
            if code != Code.LEA_R64_M or (i.memory_base, i.memory_index) != (Register.RSP, Register.NONE):
                return False
            self.depth -= as_signed(i.memory_displacement)
        elif code in MOVES and i.op0_register == Register.RBP and i.op1_register == Register.RSP and (
            self.saved.get("rbp") == self.depth  # else it is a register like others here
        ):
            return False
        if self.depth > self.full[0] or (self.depth == self.full[0] and len(self.saved) > len(self.full[1])):
            self.full = (self.depth, dict(self.saved))
        self.ended = i.flow_control in ENDS
        return self.depth >= 0 or self.ended


def is_call(i: Instruction) -> bool:
    return i.flow_control in (FlowControl.CALL, FlowControl.INDIRECT_CALL)


def writes_first(i: Instruction) -> bool:
    """Whether the first operand is changed: of what compilers do to the stack pointer, all but these."""
    return i.code not in (Code.CMP_R64_RM64, Code.CMP_RM64_R64, Code.TEST_RM64_R64, Code.CMP_RM64_IMM8,
                          Code.CMP_RM64_IMM32)  # fmt: skip


def as_signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
