# mmap and its family without Python.

from blinkenlights.core.blocks cimport invalidate
from blinkenlights.core.cutting cimport note_code_file
from blinkenlights.core.host cimport (MAP_ANONYMOUS, MAP_FAILED, MAP_NORESERVE, MAP_PRIVATE, PROT_READ,
                                      PROT_WRITE, mmap, voidp)
from blinkenlights.core.memory cimport (LOW_TOP, carve_areas, free_range, host_protection, insert_area,
                                        protect_areas, range_is_free, unmap_host)
from blinkenlights.core.paging cimport *
from blinkenlights.core.quick cimport *

cdef enum:
    NR_MMAP = 9
    NR_MPROTECT = 10
    NR_MUNMAP = 11
    NR_BRK = 12
    NR_MADVISE = 28

cdef long quick_mmap(Cpu *c) noexcept nogil
cdef long quick_munmap(Cpu *c) noexcept nogil
cdef long quick_mprotect(Cpu *c) noexcept nogil
cdef long quick_brk(Cpu *c) noexcept nogil
cdef long quick_madvise(Cpu *c) noexcept nogil

cdef extern from "sys/mman.h" nogil:
    int madvise(void *address, size_t length, int advice)
