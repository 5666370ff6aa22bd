# A PC's memory: linear to physical addresses by the guest's page tables, and what is at a physical one.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport likely_, not_canonical, unlikely_
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.probes cimport note, watch_bits
from blinkenlights.core.paging cimport PTE_WATCH_READ, PTE_WATCH_WRITE, SpaceP, TlbEntryP, siglongjmp, translate_systems_by

cdef extern from "sys/mman.h" nogil:
    int PROT_READ, PROT_WRITE, MAP_SHARED, MAP_FIXED, MAP_PRIVATE, MAP_ANONYMOUS, MAP_NORESERVE
    void *MAP_FAILED
    void *mmap(void *address, size_t length, int prot, int flags, int fd, long offset)
    int munmap(void *address, size_t length)

ctypedef void *voidp

# What an access is, for `walk`.
cdef enum:
    TO_READ = 0
    TO_WRITE = 1
    TO_FETCH = 2

cdef struct Translation:
    u64 physical
    u8 writable  # further writes need not come here: they are allowed, and the dirty bit is set

ctypedef Translation *TranslationP

# The page-table walk of one access: FINE, or the page fault's error code.
cdef enum:
    FINE = -1
cdef int walk(Cpu *c, System *s, u64 linear, int access, bint user, Translation *t) noexcept nogil

# The page of the machine's memory file that stands for a physical page.
cdef u64 frame_of(System *s, u64 physical) noexcept nogil
cdef u64 physical_u64(Cpu *c, System *s, u64 physical) noexcept nogil

cdef u8 *system_read(Cpu *c, u64 address, int size) noexcept nogil
cdef u8 *system_write(Cpu *c, u64 address, int size) noexcept nogil

# Forget all translated addresses, or one page's.
cdef void flush_translations(Cpu *c, System *s) noexcept nogil
cdef void flush_page(Cpu *c, System *s, u64 linear) noexcept nogil
# From now on writes to this page of the machine's memory come to `system_write`.
cdef void withhold_writes(Cpu *c, System *s, u64 frame) noexcept nogil

# Accesses by the processor itself, whatever the privilege level: between these two, memory is the supervisor's.
cdef void as_supervisor(Cpu *c, System *s) noexcept nogil
cdef void as_current(Cpu *c, System *s) noexcept nogil

ctypedef void (*Written)(Cpu *c, System *s, u64 frame, u64 offset, int size) noexcept nogil
# Say what looks at writes to pages with translated code.
cdef void watch_code_by(Written how) noexcept
