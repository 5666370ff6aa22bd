# What time travel needs of memory: pages as they were, layouts, and the answers of RDTSC and its kin.

from blinkenlights.core.blocks cimport invalidate, unguard_range
from blinkenlights.core.host cimport careful_copy, voidp
from blinkenlights.core.memory cimport AddressSpace, carve_areas, host_protection, unmap_host
from blinkenlights.core.paging cimport (Area, AreaP, Inputs, Space, SpaceP, acquire, find_area, first_area,
                                        flush_all, forget_pages, release, system_memory_changed,
                                        withhold_writes)
from blinkenlights.core.state cimport i32, u8, u8p, u32, u32p, u64, u64p

cdef struct Log:  # pages changed in an interval, each with its content at one of the interval's ends
    u64 *pages  # addresses
    u8 **data  # NULL: zeros
    u32 *slots  # a hash table of places in `pages`, plus one
    u32 count
    u32 capacity
    u32 mask
    u64 bytes  # held by `data`

ctypedef Log *LogP
ctypedef u8 **u8pp
ctypedef Inputs *InputsP

cdef class Interval:
    cdef Log log

cdef class Journal:
    cdef readonly AddressSpace space
    cdef Space *s
    cdef Inputs inputs
    cdef readonly Interval current  # gathers what changes from now on
    cdef public object changes  # a list that is told of each change that isn't the guest's own; or None
    cdef public object turns  # linux.turns: gives system calls memory to write to; or None
    cdef public u64 meddled  # changes by others than the guest and its system calls
    cdef public u64 rearranged  # changes to the layout

cdef extern from "sys/mman.h" nogil:
    void *mmap(void *address, size_t length, int prot, int flags, int fd, long offset)
    int mprotect(void *address, size_t length, int prot)
    int PROT_READ, PROT_WRITE, MAP_PRIVATE, MAP_ANONYMOUS, MAP_FIXED, MAP_NORESERVE
    void *MAP_FAILED
