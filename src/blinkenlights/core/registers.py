"""Registers under the Intel manual's names: `registers.rax`, `.al`, `.zf`, `.xmm3`, `.fs_base` and so on.

A table of names makes the class; each name is a descriptor in compiled code, so that reading a register
takes no more than an attribute of a C structure does.
"""

import cython
from cython.cimports.blinkenlights.core.access import get_rflags, set_status
from cython.cimports.blinkenlights.core.hostfpu import bring_x87_home
from cython.cimports.blinkenlights.core.supervisor.state import CR0_PE, SystemP
from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
from cython.cimports.libc.string import memcpy, memset

STATUS_FLAGS = cython.declare(u64, 0x8D5)
TOP = cython.declare(cython.int, 0x3800)
MASKED = cython.declare(u16, 0x37F)
WORD = 0xFFFFFFFFFFFFFFFF
MOST = {16: int("F" * 32, 16), 32: int("F" * 64, 16)}  # a shift would be C's


@cython.cfunc
def as_double(cell: u8p) -> cython.double:
    """An 80-bit value, rounded to nearest."""
    value: cython.double
    if X87_NATIVE:
        return cython.cast(cython.double, cython.cast(f80p, cell)[0])
    soft(X87_STORE8, cython.NULL, cython.address(value), MASKED, cell, cython.NULL)
    return value


@cython.cfunc
def put_double(cell: u8p, value: cython.double) -> cython.void:
    if X87_NATIVE:
        cython.cast(f80p, cell)[0] = value
    else:
        soft(X87_LOAD8, cython.NULL, cell, MASKED, cython.address(value), cython.NULL)


class Vector:
    """A vector register, in place: what is assigned to its parts is in the register at once.

    `u8 u16 u32 u64 i8 i16 i32 i64 f32 f64` are its lanes, the lowest first; `bytes` and `int` all of it.
    """

    def __cinit__(self, processor, number, size):
        self.processor = processor
        self.number = number
        self.shape[0] = size
        self.strides[0] = 1

    def __getbuffer__(self, buffer: cython.pointer[Py_buffer], flags: cython.int):
        buffer.buf = cython.address(self.processor.c.xmm[self.number][0])
        buffer.format = "B"
        buffer.internal = cython.NULL
        buffer.itemsize = 1
        buffer.len = self.shape[0]
        buffer.ndim = 1
        buffer.obj = self
        buffer.readonly = 0
        buffer.shape = self.shape
        buffer.strides = self.strides
        buffer.suboffsets = cython.NULL

    def __len__(self) -> int:
        """Bytes: 16 or 32."""
        return self.shape[0]

    def lanes(self, code: str) -> memoryview:
        """The register as an array of one of `struct`'s formats."""
        return memoryview(self).cast(code)

    u8 = property(lambda self: self.lanes("B"))
    u16 = property(lambda self: self.lanes("H"))
    u32 = property(lambda self: self.lanes("I"))
    u64 = property(lambda self: self.lanes("Q"))
    i8 = property(lambda self: self.lanes("b"))
    i16 = property(lambda self: self.lanes("h"))
    i32 = property(lambda self: self.lanes("i"))
    i64 = property(lambda self: self.lanes("q"))
    f32 = property(lambda self: self.lanes("f"))
    f64 = property(lambda self: self.lanes("d"))

    @property
    def bytes(self) -> bytes:
        return PyBytes_FromStringAndSize(
            cython.cast(cython.p_char, self.processor.c.xmm[self.number]), self.shape[0])

    @bytes.setter
    def bytes(self, value: bytes) -> None:
        self.assign(value)

    @property
    def int(self) -> int:
        return int.from_bytes(self.bytes, "little")

    @int.setter
    def int(self, value: int) -> None:
        self.assign(value)

    def assign(self, value) -> None:
        """Give the whole register a value: bytes of its length, an integer or another register's."""
        if isinstance(value, Vector):
            value = value.bytes
        elif isinstance(value, int):
            value = (value & MOST[len(self)]).to_bytes(len(self), "little")
        data: bytes = bytes(value)
        if len(data) != len(self):
            raise ValueError(f"this register has {len(self)} bytes, not {len(data)}")
        memcpy(self.processor.c.xmm[self.number], cython.cast(cython.p_char, data), len(data))

    def __eq__(self, other) -> bool:
        if isinstance(other, Vector):
            return self.bytes == other.bytes
        if isinstance(other, int):
            return self.int == other
        return self.bytes == other

    def __repr__(self) -> str:
        return f"<Vector {self.bytes.hex(' ', 8)}>"


class Field:
    """One register under one name."""

    def __cinit__(self, name, kind, number, size=8):
        self.name = name
        self.kind = kind
        self.number = number
        self.size = size

    def __get__(self, owner, kind):
        if owner is None:
            return self
        registers: RegisterFile = owner
        if self.kind == VECTOR:
            return Vector(registers.processor, self.number, self.size)
        return self.read(registers.processor.c)

    def __set__(self, owner, value):
        registers: RegisterFile = owner
        if self.kind == VECTOR:
            Vector(registers.processor, self.number, self.size).assign(value)
            return
        self.write(registers.processor.c, value)

    def read(self, c):
        value: u64
        if self.kind == GENERAL:
            value = c.reg[self.number]
            if self.size == 4:
                return cython.cast(u32, value)
            if self.size == 2:
                return cython.cast(u16, value)
            if self.size == 1:
                return cython.cast(u8, value)
            return value
        if self.kind == RIP:
            return c.rip
        if self.kind == RFLAGS:
            return get_rflags(c)
        if self.kind == FLAG:
            return ((get_rflags(c) >> self.number) & 1) != 0
        if self.kind == HIGH_BYTE:
            return cython.cast(u8, c.reg[self.number] >> 8)
        if self.kind == SELECTOR:
            return c.sel[self.number]
        if self.kind == BASE:
            return c.seg_base[self.number]
        if self.kind == MXCSR:
            return c.mxcsr
        if c.x87_live:
            bring_x87_home(c)
        if self.kind == X87_CONTROL:
            return c.fcw
        if self.kind == X87_STATUS:
            return (c.fsw & ~TOP) | (c.fpu_top << 11)
        if self.kind == X87_TAGS:
            return full_tags(c)
        return as_double(cython.cast(u8p, c.st[(c.fpu_top + self.number) & 7]))

    def write(self, c, value):
        word: u64
        i: cython.int
        if self.kind == X87_VALUE:
            if c.x87_live:
                bring_x87_home(c)
            memset(c.st[(c.fpu_top + self.number) & 7], 0, 16)
            put_double(cython.cast(u8p, c.st[(c.fpu_top + self.number) & 7]), value)
            c.ftag |= 1 << ((c.fpu_top + self.number) & 7)
            return 0
        word = value & WORD
        if self.kind == GENERAL:
            if self.size == 8:
                c.reg[self.number] = word
            elif self.size == 4:
                c.reg[self.number] = cython.cast(u32, word)
            elif self.size == 2:
                c.reg[self.number] = (c.reg[self.number] & ~cython.cast(u64, 0xFFFF)) | cython.cast(u16, word)
            else:
                c.reg[self.number] = (c.reg[self.number] & ~cython.cast(u64, 0xFF)) | cython.cast(u8, word)
        elif self.kind == HIGH_BYTE:
            c.reg[self.number] = (c.reg[self.number] & ~cython.cast(u64, 0xFF00)) | (word & 0xFF) << 8
        elif self.kind == RIP:
            c.rip = word
        elif self.kind == RFLAGS:
            set_rflags(c, word)
        elif self.kind == FLAG:
            set_rflags(c, (get_rflags(c) & ~(cython.cast(u64, 1) << self.number))
                       | cython.cast(u64, word != 0) << self.number)
        elif self.kind == SELECTOR:
            c.sel[self.number] = cython.cast(u16, word)
            if c.system != cython.NULL and not cython.cast(SystemP, c.system).cr0 & CR0_PE:
                c.seg_base[self.number] = cython.cast(u64, cython.cast(u16, word)) << 4  # real mode
        elif self.kind == BASE:
            c.seg_base[self.number] = word
        elif self.kind == MXCSR:
            c.mxcsr = word & 0xFFFF
            c.fp_strict = (word & 0x1F80) != 0x1F80
        else:
            if c.x87_live:
                bring_x87_home(c)
            if self.kind == X87_CONTROL:
                c.fcw = cython.cast(u16, word)
            elif self.kind == X87_STATUS:
                c.fpu_top = (word & TOP) >> 11
                c.fsw = word & 0xFFFF & ~TOP
            else:
                c.ftag = 0
                for i in range(8):
                    if ((word >> (2 * i)) & 3) != 3:
                        c.ftag |= 1 << i
        return 0


@cython.cfunc
@cython.exceptval(check=False)
def set_rflags(c: CpuP, value: u64) -> cython.void:
    set_status(c, value)
    c.eflags = (value & ~STATUS_FLAGS) | 2


@cython.cfunc
@cython.exceptval(check=False)
def full_tags(c: CpuP) -> cython.int:
    """The 16-bit tag word: of each physical register valid 0, zero 1, special 2, empty 3."""
    tags: cython.int = 0
    tag: cython.int
    i: cython.int
    exponent: cython.int
    mantissa: u64
    for i in range(8):
        tag = 3
        if c.ftag & (1 << i):
            mantissa = cython.cast(u64p, c.st[i])[0]
            exponent = cython.cast(u16p, c.st[i])[4] & 0x7FFF
            if exponent == 0 and mantissa == 0:
                tag = 1
            elif exponent == 0 or exponent == 0x7FFF or not mantissa >> 63:
                tag = 2
            else:
                tag = 0
        tags |= tag << (2 * i)
    return tags


class RegisterFile:
    """The registers of one processor; `api.registers` gives them their names."""

    def __cinit__(self, processor, keep=None):
        self.processor = processor
        self.keep = keep

    def __getitem__(self, name: str):
        return getattr(self, checked_name(self, name))

    def __setitem__(self, name: str, value) -> None:
        setattr(self, checked_name(self, name), value)

    @property
    def bits(self) -> int:
        """The code's mode: 16, 32 or 64."""
        return self.processor.c.mode

    def st(self, i: int) -> bytes:
        """ST(i) as its 10 bytes; `st0` to `st7` give it as a float."""
        c: CpuP = self.processor.c
        if c.x87_live:
            bring_x87_home(c)
        number: cython.int = i
        return PyBytes_FromStringAndSize(cython.cast(cython.p_char, c.st[(c.fpu_top + number) & 7]), 10)

    def set_st(self, i: int, value: bytes) -> None:
        """Fill ST(i) with 10 bytes."""
        c: CpuP = self.processor.c
        number: cython.int = i
        if len(value) != 10:
            raise ValueError("an x87 register has 10 bytes")
        if c.x87_live:
            bring_x87_home(c)
        memcpy(c.st[(c.fpu_top + number) & 7], cython.cast(cython.p_char, value), 10)
        c.ftag |= 1 << ((c.fpu_top + number) & 7)

    def state(self) -> bytes:
        """Everything a program can see of the registers, to compare with another moment's."""
        c: CpuP = self.processor.c
        image: u8[1024]
        at: u8p = image
        flags: u64 = get_rflags(c)
        tags: cython.int
        if c.x87_live:
            bring_x87_home(c)
        tags = c.ftag | cython.cast(cython.int, c.fpu_top) << 8
        memcpy(at, c.reg, 128)
        memcpy(at + 128, cython.address(c.rip), 8)
        memcpy(at + 136, cython.address(flags), 8)
        memcpy(at + 144, c.seg_base, 48)
        memcpy(at + 192, c.sel, 12)
        memcpy(at + 204, cython.address(c.mxcsr), 4)
        memcpy(at + 208, cython.address(c.fcw), 2)
        memcpy(at + 210, cython.address(c.fsw), 2)
        memcpy(at + 212, cython.address(tags), 4)
        memcpy(at + 216, c.st, 128)
        memcpy(at + 344, c.xmm, 512)
        return PyBytes_FromStringAndSize(cython.cast(cython.p_char, image), 856)


@cython.cfunc
def checked_name(registers, name):
    if not isinstance(getattr(type(registers), name, None), Field):
        raise KeyError(f"there is no register {name}")
    return name


def table() -> dict[str, Field]:
    """Every name, in an order for people."""
    fields: dict = {}

    def add(name, kind, number, size=8):
        fields[name] = Field(name, kind, number, size)

    names = ("ax", "cx", "dx", "bx", "sp", "bp", "si", "di")
    order = (0, 3, 1, 2, 6, 7, 5, 4)
    for number in order:
        add("r" + names[number], GENERAL, number, 8)
    for number in range(8, 16):
        add(f"r{number}", GENERAL, number, 8)
    add("rip", RIP, 0)
    add("rflags", RFLAGS, 0)
    for name, number in (("cs", CS), ("ss", SS), ("ds", DS), ("es", ES), ("fs", FS), ("gs", GS)):
        add(name, SELECTOR, number)
    for name, number in (("fs", FS), ("gs", GS), ("cs", CS), ("ss", SS), ("ds", DS), ("es", ES)):
        add(name + "_base", BASE, number)
    add("mxcsr", MXCSR, 0)
    add("fcw", X87_CONTROL, 0)
    add("fsw", X87_STATUS, 0)
    add("ftw", X87_TAGS, 0)
    for number in range(8):
        add(f"st{number}", X87_VALUE, number)
    for number in range(16):
        add(f"ymm{number}", VECTOR, number, 32)
    for number in range(16):
        add(f"xmm{number}", VECTOR, number, 16)
    for number in order:
        add("e" + names[number], GENERAL, number, 4)
    for number in range(8, 16):
        add(f"r{number}d", GENERAL, number, 4)
    for number in order:
        add(names[number], GENERAL, number, 2)
    for number in range(8, 16):
        add(f"r{number}w", GENERAL, number, 2)
    low = ((0, "al"), (3, "bl"), (1, "cl"), (2, "dl"), (6, "sil"), (7, "dil"), (5, "bpl"), (4, "spl"))
    for number, name in low:
        add(name, GENERAL, number, 1)
    for number in range(8, 16):
        add(f"r{number}b", GENERAL, number, 1)
    for number, name in ((0, "ah"), (3, "bh"), (1, "ch"), (2, "dh")):
        add(name, HIGH_BYTE, number, 1)
    flags = (("cf", 0), ("pf", 2), ("af", 4), ("zf", 6), ("sf", 7), ("tf", 8), ("if_", 9), ("df", 10),
             ("of", 11), ("nt", 14), ("rf", 16), ("ac", 18), ("id", 21))
    for name, number in flags:
        add(name, FLAG, number)
    return fields
