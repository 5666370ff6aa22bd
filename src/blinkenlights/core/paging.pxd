# The guest's address space as compiled code sees it: areas (as in the kernel's VMAs), the page
# tables filled from them on demand, and the pages whose code has been translated.

from blinkenlights.core.state cimport *

cdef enum:
    PROT_R = 1
    PROT_W = 2
    PROT_X = 4
    MAP_IS_SHARED = 1  # Linux's MAP_SHARED

# page-table entry bits (Intel SDM volume 3, table 4-20)
cdef enum:
    PTE_P = 1
    PTE_W = 2
    PTE_U = 4
    PTE_WATCH_READ = 0x200  # accesses to the page are looked at one by one (core/probes.py)
    PTE_WATCH_WRITE = 0x400

# In a TLB's tag: the page is known and allows the access, which is to be noted.
cdef enum:
    TAG_WATCHED = 1

# What the guest was told that its memory and registers don't decide: RDTSC, RDRAND and their kin.
cdef struct Inputs:
    u64 (*answer)(Inputs *inputs, u64 fresh) noexcept nogil
    u64 *values
    u64 count
    u64 capacity
    u64 next  # the first that wasn't given yet; at `count` new ones are recorded

# Whether a page may be written without more ado: 1 when it is saved already, or now because of `writing`.
ctypedef int (*Saver)(Space *s, u64 page, int writing) noexcept nogil

cdef struct Area:
    u64 start
    u64 end
    u64 offset  # in the mapped file
    u32 prot
    u32 flags
    i32 info  # index of its name and file in AddressSpace
    i32 spare

cdef struct Space:
    u64 base
    u64 size
    Area *areas  # sorted, disjoint
    int count
    int capacity
    int lock
    u64 *pml4
    u64 tables  # page tables allocated
    u64 present  # pages present in them
    u64 freed  # that were present and are mapped no more
    Cpu *cpus
    void *blocks  # core.blocks.Cache
    void *translated  # jit.cache.Cache, or NULL
    void *probes  # core.probes.Probes, or NULL: breakpoints, hooks and watched memory
    u64 *ldt  # descriptors for user code (modify_ldt); NULL when there are none
    u32 ldt_count
    # time travel (core/journal.py); all NULL unless the machine is recorded
    void *journal  # journal.Log: pages saved since the last checkpoint
    Saver saver  # asked before a page is entered into a TLB for writing
    Inputs *inputs  # what RDTSC and its kin answered

cdef extern from *:
    int test_and_set "__sync_lock_test_and_set"(int *, int) nogil
    void lock_release "__sync_lock_release"(int *) nogil

# Who holds a lock may need the GIL before releasing it (fork), so it isn't kept while waiting.
cdef extern from *:
    """
    #include <Python.h>
    #include <unistd.h>
    static void sleep_without_gil(unsigned microseconds) {
        PyThreadState *state = PyGILState_Check() ? PyEval_SaveThread() : NULL;
        usleep(microseconds);
        if (state)
            PyEval_RestoreThread(state);
    }
    """
    void sleep_without_gil(unsigned microseconds) nogil

cdef void acquire(int *lock) noexcept nogil
cdef void release(int *lock) noexcept nogil

# The area holding `address`, or NULL. The caller holds the lock.
cdef Area *find_area(Space *s, u64 address) noexcept nogil
# The first area that ends after `address`: its index, `count` when there is none.
cdef int first_area(Space *s, u64 address) noexcept nogil

cdef u8 *read_slow(Cpu *c, u64 address, int size) noexcept nogil
cdef u8 *write_slow(Cpu *c, u64 address, int size) noexcept nogil
cdef void forget_pages(Space *s, u64 start, u64 end) noexcept nogil
cdef void flush_tlb(Cpu *c) noexcept nogil
cdef void flush_all(Space *s) noexcept nogil
# Have every processor ask again before it writes a page.
cdef void withhold_writes(Space *s) noexcept nogil
cdef void free_tables(Space *s) noexcept nogil

# What watches memory: which PTE_WATCH bits a page has, and who is told of an access to such a page.
ctypedef u64 (*WatchBits)(Space *s, u64 page) noexcept nogil
ctypedef void (*Note)(Cpu *c, u64 address, int size, u32 kind) noexcept nogil
cdef void watch_by(WatchBits bits, Note note) noexcept

cdef inline u64 recorded(Cpu *c, u64 fresh) noexcept nogil:
    """`fresh`, or in a machine that goes over its past again what it was told then."""
    cdef Inputs *inputs = (<Space *>c.space).inputs
    return fresh if inputs == NULL else inputs.answer(inputs, fresh)

cdef extern from "setjmp.h" nogil:
    void siglongjmp(sigjmp_buf env, int value)

ctypedef Space *SpaceP
ctypedef Area *AreaP
ctypedef TlbEntry *TlbEntryP

# A PC translates its own linear addresses: what serves TLB misses of processors with a `system`.
ctypedef u8 *(*SlowAccess)(Cpu *, u64, int) noexcept nogil
cdef void translate_systems_by(SlowAccess read, SlowAccess write) noexcept
# What is told that others than the processor have written a PC's memory: translated code may be stale.
ctypedef void (*Changed)(Cpu *c, u64 address, u64 length) noexcept nogil
# And that everything that its TLBs hold is to be asked for again.
ctypedef void (*Flush)(Cpu *c) noexcept nogil
cdef void tell_systems_by(Changed how, Flush flush) noexcept
cdef void system_memory_changed(Space *s, u64 address, u64 length) noexcept nogil
