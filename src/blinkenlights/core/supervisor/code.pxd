# A PC's translated blocks: found by physical address, so that page tables may change under them.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport done, fault, leave, offset_of, unlikely_
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.supervisor.pages cimport *
from blinkenlights.core.probes cimport plant, set_block_size
from blinkenlights.core.paging cimport SpaceP
from blinkenlights.core.blocks cimport PROBE_ROOM, InsnP, find_systems_by, forget_systems_by
from blinkenlights.core.paging cimport tell_systems_by
from blinkenlights.core.decode cimport *
from blinkenlights.core.dispatch cimport MAX_MNEMONICS, ends, mnemonic_id
from blinkenlights.core.translate cimport fill

cdef enum:
    BUCKETS = 16384
    MOST = 48  # instructions in a block
    ROOM = 160  # operations: checks and what a debugger plants before instructions, a first and a last one

cdef struct Block:
    u64 physical
    u64 second  # physical address of the second page's first byte, if it reaches into it
    u64 rip
    u64 base
    Block *chain  # same bucket
    Block *in_page
    Block *in_second
    Op *first
    u32 flavour
    u16 bytes
    u16 ops
    u8 dead
    u8 overhangs

cdef struct CodePage:
    u64 frame
    CodePage *chain
    Block *blocks
    Block *overhanging
    u64 lines[4]  # a bit for 16 bytes: has translated code

cdef struct CodeCache:
    Block *buckets[BUCKETS]
    CodePage *pages[BUCKETS]
    u8 *arena
    u64 used
    u64 chunk
    u64 total
    u8 **chunks
    int chunk_count
    u8 doomed  # all of it is forgotten
    u64 flushes
    u64 made
    u64 forgotten

ctypedef Block *BlockP
ctypedef CodePage *CodePageP
ctypedef CodeCache *CodeCacheP
ctypedef u8 **u8pp
ctypedef Operand *OperandP

cdef CodeCache *new_code_cache() noexcept nogil
cdef void free_code_cache(CodeCache *cache) noexcept nogil
# Forget every block. The memory is kept until `free_forgotten`, as one may be running.
cdef void forget_all_code(Cpu *c, System *s) noexcept nogil
cdef void free_forgotten(System *s) noexcept nogil
# Forget translations of bytes that are about to change.
cdef void code_written(Cpu *c, System *s, u64 frame, u64 offset, int size) noexcept nogil

# The first operation at offset `rip` of the code segment; NULL after a fault, with the exit filled in.
cdef Op *find(Cpu *c, u64 rip) noexcept nogil
# Go on behind `o`, whose block must not be continued: what its operations were chosen by has changed.
cdef Op *afresh(Cpu *c, Op *o) noexcept nogil
# Go on at `rip` after `o`, which ends its block.
cdef Op *go(Cpu *c, Op *o, u64 rip) noexcept nogil
# After a change of segments, mode or control registers: what blocks must be like now.
cdef void choose_flavour(Cpu *c, System *s) noexcept nogil
cdef void choose_limits(Segment *g, bint real) noexcept nogil

# `name` is executed by `handler` on a PC; it may end its block. With `raw` its Op.extra is the operand
# size; 2: its memory operand isn't checked beforehand, either.
cdef int override(str name, Handler handler, bint ends_block=*, int raw=*) except -1
# The same for one of the two directions of MOV to and from control and debug registers.
cdef int override_opcode(str name, int opcode, Handler handler) except -1
cdef Op *stale(Cpu *c, Op *o) noexcept nogil
cdef Op *check(Cpu *c, Op *o) noexcept nogil
cdef Op *check_bits(Cpu *c, Op *o) noexcept nogil
cdef Op *onward(Cpu *c, Op *o) noexcept nogil
cdef Op *leave_after(Cpu *c, Op *o) noexcept nogil
cdef Op *still_there(Cpu *c, Op *o) noexcept nogil
cdef Op *no_x87(Cpu *c, Op *o) noexcept nogil
cdef Op *undefined(Cpu *c, Op *o) noexcept nogil
cdef void forget_system(Cpu *c) noexcept nogil
cdef void system_changed(Cpu *c, u64 address, u64 length) noexcept nogil
cdef Op *connect(Cpu *c, Op *at, u64 rip) noexcept nogil
cdef Op *single(Cpu *c, u64 rip) noexcept nogil
