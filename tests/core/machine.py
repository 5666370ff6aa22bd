"""A bare processor for tests: code at 0x400000, data at 0x500000, a stack below 0x600000."""

from blinkenlights.core import engine, host, memory

CODE, DATA, STACK = 0x400000, 0x500000, 0x600000
RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)

READ, WRITE, EXEC = 1, 2, 4
SHARED, PRIVATE_ANONYMOUS = 1, 0x22


class Bare:
    """One processor with its memory."""

    def __init__(self, code: str, virtual: bool = False, prot: int = READ | WRITE | EXEC) -> None:
        host.catch_faults()
        self.space = memory.AddressSpace(virtual)
        self.space.map(CODE, 0x4000, READ | WRITE | EXEC, PRIVATE_ANONYMOUS)
        self.space.map(DATA, 0x4000, READ | WRITE, PRIVATE_ANONYMOUS)
        self.space.map(STACK - 0x4000, 0x4000, READ | WRITE, PRIVATE_ANONYMOUS)
        self.space.write(CODE, bytes.fromhex(code))
        if prot != READ | WRITE | EXEC:
            self.space.protect(CODE, 0x4000, prot)
        self.cpu = engine.Processor(self.space)
        self.cpu.rip = CODE
        self.cpu.rsp = STACK - 0x100

    def run(self) -> int:
        return self.cpu.run()
