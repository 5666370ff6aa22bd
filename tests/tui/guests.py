"""The guests of these tests: bare machine code, so that every byte on the screen is known."""

from blinkenlights import Machine

START = 0x400000
SYMBOLS = {
    "_start": (0x400000, 0x3A),
    "fib": (0x40003A, 0x31),
    "result": (0x400070, 8),
    "text": (0x400078, 13),
    "buffer": (0x400090, 16),
}
CALL = START + 5  # call fib
AFTER_CALL = START + 10
HALTED = START + 0x38

# _start:  mov $6,%edi; call fib; mov %rax,result(%rip); movq %rax,%xmm1; punpcklqdq %xmm1,%xmm1
#          fildll result(%rip); fld1; lea text(%rip),%rsi; lea buffer(%rip),%rdi; mov $13,%ecx; rep movsb
#          hlt; jmp _start
# fib:     push %rbp; mov %rsp,%rbp; push %r12; push %rbx; mov %edi,%ebx; cmp $1,%edi; jg 2f; mov %ebx,%eax
#       1: pop %rbx; pop %r12; pop %rbp; ret
#       2: lea -1(%rdi),%edi; call fib; mov %eax,%r12d; lea -2(%rbx),%edi; call fib
#          lea (%r12,%rax),%eax; jmp 1b
# result:  .quad 0
# text:    .ascii "Hello, world!"
# buffer:  .fill 16
FIB = bytes.fromhex(
    "bf06000000e8300000004889055f00000066480f6ec8660f6cc9df2d5000"
    "0000d9e8488d354f000000488d3d60000000b90d000000f3a4f4ebc65548"
    "89e541545389fb83ff017f0789d85b415c5dc38d7fffe8e3ffffff4189c4"
    "8d7bfee8d8ffffff418d0404ebe20f1f8400000000000000000000000000"
    "48656c6c6f2c20776f726c642166662e0f1f840000000000000000000000"
    "00000000000000000000"
)

SPIN = bytes.fromhex("ffc0ebfc")  # 1: inc %eax; jmp 1b
FAULT = bytes.fromhex("b834120000488b00")  # mov $0x1234,%eax; mov (%rax),%rax
REAL = bytes.fromhex("b8c007ebfe")  # mov $0x7c0,%ax; jmp .


def fib(record: bool = False) -> Machine:
    machine = Machine.from_bytes(FIB, START, record=record)
    for name, (address, size) in SYMBOLS.items():
        machine.symbols.add(name, address, size)
    return machine


def spin() -> Machine:
    return Machine.from_bytes(SPIN, START)


def fault() -> Machine:
    return Machine.from_bytes(FAULT, START)


def real_mode() -> Machine:
    return Machine.from_bytes(REAL, 0x7C00, bits=16, stack_size=4096)
