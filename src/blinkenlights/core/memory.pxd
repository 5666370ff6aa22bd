# The guest's address space for Python.

from libc.stdint cimport uint32_t, uint64_t

from blinkenlights.core.host cimport (MAP_ANONYMOUS, MAP_FAILED, MAP_FIXED, MAP_NORESERVE, MAP_PRIVATE,
                                      PROT_NONE, PROT_READ, PROT_WRITE, careful_copy, mmap, mprotect, munmap, voidp)
from blinkenlights.core.paging cimport (PROT_R, Area, AreaP, Space, SpaceP, acquire, find_area,
                                        first_area, forget_pages, release, system_memory_changed)
from blinkenlights.core.state cimport u64p

cdef enum:
    # Where low addresses (MAP_32BIT, and programs' libraries) end. Above, programs want places of their own:
    # Wine the page 0x7FFE_0000, AddressSanitizer its shadow from 0x7FFF_7000 on.
    LOW_TOP = 0x7FF00000

cdef class AddressSpace:
    cdef Space *s
    cdef list infos  # names and files of areas, by Area.info
    cdef readonly bint virtual
    cdef readonly uint64_t top  # one past the highest address handed out by find_free
    cdef public object watcher  # a journal (core/journal.py) that is told of changes beforehand, or None

    cdef int reset_host(self, uint64_t start, uint64_t end) except -1
    cdef Area area_of(self, uint64_t address)
    cdef mapping(self, Area *a)

# Changes to the list of areas and to the host's mappings; the caller holds the space's lock.
# Add an area where there is none.
cdef void insert_area(Space *s, uint64_t start, uint64_t end, uint32_t prot, uint32_t flags, uint64_t offset, int info) noexcept nogil
# Make `address` a boundary between areas.
cdef void split_area(Space *s, uint64_t address) noexcept nogil
# Remove whatever areas lie in a range, with their translations and page-table entries.
cdef void carve_areas(Space *s, uint64_t start, uint64_t end) noexcept nogil
# Unmap everything, and forget what was translated and user code's descriptors (execve); takes the lock. 0 or
# the error's number.
cdef int clear_space(Space *s) noexcept nogil
# mprotect: 0 or the error's number.
cdef int protect_areas(Space *s, uint64_t start, uint64_t end, int prot) noexcept nogil
# Give a range of the host's region back to the reservation, or leave a hole: 0 or the error's number.
cdef int unmap_host(Space *s, uint64_t start, uint64_t end) noexcept nogil
# The highest free range of `length` bytes below `top`; 0 when there is none.
cdef uint64_t free_range(Space *s, uint64_t length, uint64_t top, uint64_t align) noexcept nogil
cdef bint range_is_free(Space *s, uint64_t start, uint64_t end) noexcept nogil
# What the host's pages allow: code is data here; x86 pages that can be used can be read.
cdef int host_protection(int prot) noexcept nogil

cdef enum:
    MAP_IS_ANON = 0x20

cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <sys/mman.h>
    """
    void *mremap(void *old, size_t old_size, size_t new_size, int flags, ...) nogil
