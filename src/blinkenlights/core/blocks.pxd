# Translated blocks: arrays of operations, found by address, forgotten when their code changes.

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport *

cdef enum:
    BUCKETS = 65536
    MAX_OPS = 64  # instructions in a block
    OPS_ROOM = 160  # with what is planted, and the operation that goes on to the next block
    PROBE_ROOM = 12  # operations that may be planted before one instruction
    CODE_BUFFER = 1088  # bytes: the longest block and an instruction more

cdef struct Block:
    u64 rip
    Block *chain  # same bucket
    Block *chain_in_page  # same first page
    Block *chain_in_page2  # same second page, for a block whose last instruction reaches into it
    Op *first
    u64 address  # linear
    u8 *copy  # the bytes it was made from, if checked
    u32 bytes
    u8 mode
    u8 dead
    u8 checked  # compares its bytes before it runs

cdef struct Page:  # a guest page that holds translated code
    u64 number
    Page *chain
    Page *older  # the page made before this one
    Block *blocks
    Block *overhanging
    u32 generation  # of its contents
    u32 faults  # writes caught
    u8 guarded  # write-protected on the host though the guest may write
    void *units  # translated to host code, and reaching in from the page before (jit/)
    void *overhanging_units

cdef struct Cache:
    Block *buckets[BUCKETS]
    Page *pages[BUCKETS]
    u8 *arena
    u64 used
    u64 chunk
    u64 total
    u64 extra  # over the limit, while other processors may be inside what was forgotten
    Page *newest
    u8 **retired
    int retired_count
    int guarded_pages
    u64 blocks
    u64 ops
    u64 invalidated
    u64 flushes

from blinkenlights.core.access cimport leave
from blinkenlights.core.dispatch cimport mnemonic_id
from blinkenlights.core.decode cimport *
from blinkenlights.core.translate cimport fill

cdef extern from *:
    void fence "__sync_synchronize"() nogil

cdef extern from "sys/mman.h" nogil:
    int mprotect(void *address, size_t length, int prot)

ctypedef void *voidp
ctypedef u8 **u8pp
ctypedef Insn *InsnP
ctypedef JumpEntry *JumpEntryP
ctypedef Block *BlockP
ctypedef Page *PageP
ctypedef Cache *CacheP

cdef Cache *new_cache() noexcept nogil
cdef void free_cache(Space *s) noexcept nogil
cdef u64 code_limit() noexcept nogil
cdef void change_code_limit(u64 value) noexcept nogil
# The first operation at c's address `rip`; NULL after a fetch fault, with the exit filled in.
cdef Op *lookup(Cpu *c, u64 rip) noexcept nogil
cdef Op *stale(Cpu *c, Op *o) noexcept nogil
cdef Op *checkpoint(Cpu *c, Op *o) noexcept nogil
cdef Op *onward(Cpu *c, Op *o) noexcept nogil
cdef Op *leave_after(Cpu *c, Op *o) noexcept nogil
# One instruction at `rip`, followed by an operation that leaves; not cached.
cdef Op *single(Cpu *c, u64 rip) noexcept nogil
# The same, for a branch to a fixed address, which is linked to it: `at.link`.
cdef Op *connect(Cpu *c, Op *at, u64 rip) noexcept nogil
# Where an indirect branch goes.
cdef Op *follow(Cpu *c, u64 rip) noexcept nogil
# A PC keeps blocks of its own, by physical address: what finds them for processors with a `system`.
# `connect` and `single` as above; `find` is `lookup` and `follow`.
ctypedef Op *(*Finder)(Cpu *c, u64 rip) noexcept nogil
ctypedef Op *(*Connector)(Cpu *c, Op *at, u64 rip) noexcept nogil
cdef void find_systems_by(Finder find, Connector connecting, Finder one) noexcept
# And what forgets all of theirs, when a part of it is to be made anew.
ctypedef void (*SystemForgetter)(Cpu *c) noexcept nogil
cdef void forget_systems_by(SystemForgetter how) noexcept
# Forget everything, where no other processor can be inside it (execve).
cdef void discard(Space *s) noexcept nogil
# How many of `want` bytes from `address` on may be executed; sets the flag if another mapping may
# write them. The caller holds the lock, as for the next two.
cdef u64 executable_span(Space *s, u64 address, u64 want, int *written_elsewhere) noexcept nogil
# Make a page's translations notice writes; 1 when they must compare bytes for that.
cdef int guard(Space *s, Cache *cache, u64 number) noexcept nogil
# Might this instruction write memory? Asked only where code shares a page with data.
cdef bint writes_memory(Insn *insn) noexcept nogil
cdef Page *page_of(Cache *cache, u64 number, int make) noexcept nogil
ctypedef void (*Forgetter)(Space *s, void *units, void *overhanging) noexcept nogil
ctypedef void (*Discarder)(Space *s) noexcept nogil
# Say what forgets a page's host code, what forgets all of it when no processor can be inside, and what
# frees it with its address space.
cdef void forget_units_by(Forgetter how, Discarder all_of_it, Discarder forever) noexcept
cdef void free_units(Space *s) noexcept nogil
# Forget translations of [start, end); the caller holds the space's lock.
cdef void invalidate(Space *s, u64 start, u64 end) noexcept nogil
# The host refused a write: True if that was our own guard, now lifted.
cdef bint unguard(Space *s, u64 address) noexcept nogil
# Lift the guards in a range that the host's kernel is to write, so that it needn't stop short.
cdef void unguard_range(Space *s, u64 start, u64 length) noexcept nogil
# Lift every guard, so that the host's kernel can write anywhere; True if there were any.
cdef bint unguard_all(Space *s) noexcept nogil
# Let guests with linear memory run the host's code from `start` to `end` at the guest's addresses of it.
cdef void allow_host_code(u64 start, u64 end) noexcept

# Write the operations that a debugger wants made before the instruction at `rip`, whose linear address is
# `address`, and say how many; `count` as the instruction's Op.count will be. `first` of its block;
# `after_access`: the instruction before may have accessed memory.
ctypedef int (*Planter)(Space *s, Op *ops, u64 rip, u64 address, int length, int count, bint first,
                        bint after_access) noexcept nogil
# Tell what was planted before the first instruction how long the block is.
ctypedef void (*Sizer)(Op *ops, int n, u64 size) noexcept nogil
cdef void plant_by(Planter how, Sizer size) noexcept
