"""States for single instructions: load one from a record of bytes, run, put the result into another.

A record is, little-endian: RAX to R15 in the encoding's order, RIP, RFLAGS, the exception's vector, its
address (of page faults), CS, and DS, ES, SS and GS in one word; 416 bytes of the FXSAVE64 layout, without
what CPUs fill differently; the upper halves of YMM0 to YMM15; and the bytes of a window of memory.
"""

import cython
from cython.cimports.cpython.buffer import PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cython.cimports.libc.string import memcpy, memset

FXSAVE = cython.declare(cython.int, 176)  # offsets in a record
UPPER = cython.declare(cython.int, 592)
MEMORY = cython.declare(cython.int, 848)
FXSAVE_SIZE = cython.declare(cython.int, 416)
POINTERS = cython.declare(cython.int, 6)  # FOP, FIP and FDP in the FXSAVE layout
MXCSR_MASK = cython.declare(cython.int, 28)

LOADED = cython.declare(cython.int[4])  # segment registers of a record, from its lowest bits
LOADED[0] = DS
LOADED[1] = ES
LOADED[2] = SS
LOADED[3] = GS
STATUS_FLAGS = cython.declare(u64, 0x8D5)
INT3 = cython.declare(cython.int, 3)
PAGE_FAULT = cython.declare(cython.int, 14)
UNEXPECTED = cython.declare(u64, 256)  # added to another reason for leaving


class Trial:
    """A processor and a writable buffer of records, with the guest address of their window.

    Two more pieces of memory, `edges`, are zero at the start of every run. Selectors name Linux's segments
    and those in the LDT of the processor's address space.
    """

    def __cinit__(self, processor: "Processor", buffer, window: u64, window_size: u64,
                  edges: tuple, edge_size: u64):
        self.edges[0] = edges[0]
        self.edges[1] = edges[1]
        self.edge_size = edge_size
        self.processor = processor
        self.window = window
        self.window_size = window_size
        PyObject_GetBuffer(buffer, cython.address(self.buffer), PyBUF_WRITABLE)
        self.held = True

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(cython.address(self.buffer))

    def load(self, offset: u64) -> None:
        """Give the processor the state at `offset`."""
        c: CpuP = self.processor.c
        record: u8p = cython.cast(u8p, self.buffer.buf) + offset
        words: u64p = cython.cast(u64p, record)
        i: cython.int
        memcpy(c.reg, words, 128)
        c.rip = words[16]
        set_status(c, words[17])
        c.eflags = words[17] & ~STATUS_FLAGS | 2
        selector: u16 = cython.cast(u16, words[20])
        descriptor: u64 = descriptor_of(c, selector)
        set_segment(c, CS, selector, descriptor)
        c.mode = 64 if descriptor >> 53 & 1 else 32 if descriptor >> 54 & 1 else 16
        for i in range(4):
            load_segment(c, LOADED[i], cython.cast(u16, words[21] >> 16 * i))
        fxrstor_image(c, record + FXSAVE)
        for i in range(16):
            memcpy(cython.cast(u8p, c.xmm[i]) + 16, record + UPPER + 16 * i, 16)
        memcpy(cython.cast(u8p, c.membase + self.window), record + MEMORY, self.window_size)
        for i in range(2):
            memset(cython.cast(u8p, c.membase + self.edges[i]), 0, self.edge_size)

    def save(self, offset: u64) -> None:
        """Put what the run left at `offset`."""
        c: CpuP = self.processor.c
        record: u8p = cython.cast(u8p, self.buffer.buf) + offset
        words: u64p = cython.cast(u64p, record)
        image = cython.declare(u8[512])
        i: cython.int
        memcpy(words, c.reg, 128)
        words[16] = c.rip
        words[17] = get_rflags(c)
        words[18] = c.vector
        words[19] = 0
        words[20] = c.sel[CS]
        words[21] = 0
        for i in range(4):
            words[21] |= cython.cast(u64, c.sel[LOADED[i]]) << 16 * i
        if c.exit == EXIT_EXCEPTION:
            if c.vector == PAGE_FAULT:
                words[19] = c.fault_address
        elif c.exit != EXIT_INTERRUPT or c.vector != INT3:
            words[18] = UNEXPECTED + c.exit
        fxsave_image(c, image)
        memset(cython.cast(u8p, image) + POINTERS, 0, 24 - POINTERS)
        memset(cython.cast(u8p, image) + MXCSR_MASK, 0, 4)
        memcpy(record + FXSAVE, image, FXSAVE_SIZE)
        for i in range(16):
            memcpy(record + UPPER + 16 * i, cython.cast(u8p, c.xmm[i]) + 16, 16)
        memcpy(record + MEMORY, cython.cast(u8p, c.membase + self.window), self.window_size)
