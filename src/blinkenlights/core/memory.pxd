# The guest's address space for Python.

from libc.stdint cimport uint32_t, uint64_t

from blinkenlights.core.host cimport (MAP_ANONYMOUS, MAP_FAILED, MAP_FIXED, MAP_NORESERVE, MAP_PRIVATE,
                                      PROT_NONE, careful_copy, mmap, mprotect, munmap, voidp)
from blinkenlights.core.paging cimport (PROT_R, Area, AreaP, Space, SpaceP, acquire, find_area,
                                        first_area, forget_pages, release)
from blinkenlights.core.state cimport u64p

cdef class AddressSpace:
    cdef Space *s
    cdef list infos  # names and files of areas, by Area.info
    cdef readonly bint virtual
    cdef readonly uint64_t top  # one past the highest address handed out by find_free

    cdef int insert(self, uint64_t start, uint64_t end, uint32_t prot, uint32_t flags, uint64_t offset, int info) except -1
    cdef int split(self, uint64_t address) except -1
    cdef int carve(self, uint64_t start, uint64_t end) except -1
    cdef int reset_host(self, uint64_t start, uint64_t end) except -1

cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <sys/mman.h>
    """
    void *mremap(void *old, size_t old_size, size_t new_size, int flags, ...) nogil
