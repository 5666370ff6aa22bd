"""Guest memory as a buffer of Python's, without copying.

What the host's pages refuse to Python is not an error that could be raised: whoever uses a buffer does
not ask. So a fault of Python's own in a guest's memory is made good. Where a page is write-protected
because its code was translated, the translations are forgotten, as when the guest itself writes there.
Where the guest has unmapped or protected the page since, the host's page is made accessible: it reads as
what is left there, or as zeros.
"""

import cython
from cython.cimports.blinkenlights.core.blocks import unguard
from cython.cimports.blinkenlights.core.host import (
    MAP_ANONYMOUS,
    MAP_FAILED,
    MAP_FIXED,
    MAP_PRIVATE,
    PROT_READ,
    PROT_WRITE,
    SIGBUS,
    mmap,
    mprotect,
    spare_faults_by,
)
from cython.cimports.cpython.ref import Py_DECREF, Py_INCREF

from blinkenlights.core.memory import GuestFault

spaces = cython.declare(SpaceP[256])
views = cython.declare(cython.int[256])  # how many of each there are
PAGE_MASK = cython.declare(u64, ~cython.cast(u64, 4095))


def make_good(signo, address):
    i: cython.int
    s: SpaceP
    page: u64 = address & PAGE_MASK
    for i in range(MOST_SPACES):
        s = spaces[i]
        if s == cython.NULL or address < s.base or address - s.base >= s.size:
            continue
        if signo == SIGBUS:  # behind the end of a mapped file
            return mmap(cython.cast(cython.p_void, page), 4096, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED
        unguard(s, address - s.base)
        return mprotect(cython.cast(cython.p_void, page), 4096, PROT_READ | PROT_WRITE) == 0
    return False


spare_faults_by(make_good)


@cython.cfunc
def enlist(s: SpaceP, by: cython.int) -> cython.void:
    i: cython.int
    free_place: cython.int = -1
    for i in range(MOST_SPACES):
        if spaces[i] == s:
            views[i] += by
            if views[i] == 0:
                spaces[i] = cython.NULL
            return
        if spaces[i] == cython.NULL and free_place < 0:
            free_place = i
    if by < 0:
        return
    if free_place < 0:
        raise MemoryError("too many machines have views of their memory")
    spaces[free_place] = s
    views[free_place] = by


class View:
    """A range of guest memory; `memoryview` of it is what users get."""

    def __cinit__(self, space, address, length):
        start: int = address
        can: int = space.allowed(start, length, 1)
        if can < length:
            raise GuestFault(start + can)
        self.space = space
        self.address = start
        self.writable = space.allowed(start, length, 2) == length
        self.shape[0] = length
        self.strides[0] = 1
        enlist(self.space.s, 1)
        Py_INCREF(space)
        self.held = cython.cast(cython.p_void, space)

    def __dealloc__(self):
        if self.held != cython.NULL:
            enlist(cython.cast(AddressSpace, self.held).s, -1)
            Py_DECREF(cython.cast(object, self.held))

    def __getbuffer__(self, buffer: cython.pointer[Py_buffer], flags: cython.int):
        if flags & 1 and not self.writable:  # PyBUF_WRITABLE
            raise BufferError("the guest may not write here")
        buffer.buf = cython.cast(cython.p_void, self.space.s.base + self.address)
        buffer.format = "B"
        buffer.internal = cython.NULL
        buffer.itemsize = 1
        buffer.len = self.shape[0]
        buffer.ndim = 1
        buffer.obj = self
        buffer.readonly = not self.writable
        buffer.shape = self.shape
        buffer.strides = self.strides
        buffer.suboffsets = cython.NULL
