# Translations: units of host code, the links between them, and what is known of their insides.
#
# Nothing here knows the host's instruction set: a back end fills a `Draft`, and a link is a word in
# the code that says where a jump goes, relative to the word's end.

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport *
from blinkenlights.jit.codememory cimport *

cdef enum:
    ENTRIES = 131072  # buckets of guest addresses that have host code
    COVERS = 16384  # pages of which is known where units are, by their numbers' low bits
    CHAINS = 16384  # of open ways in
    TARGETS = 65536  # slots of each table for indirect jumps
    MOST_INSTRUCTIONS = 96
    MOST_SITES = 400
    MOST_KEPT = 4  # addresses that an indirect call or jump compares with
    BUSY = 1024  # indirect calls and jumps that led to more than these, by hash
    CODE_ROOM = 49152  # bytes of host code in a draft

# Site.kind: what an exit or a branch is there for.
cdef enum:
    SITE_NONE = 0
    SITE_LINK = 1  # a jump to a fixed guest address
    SITE_INTERPRET = 2  # an instruction that the interpreter executes
    SITE_SYSCALL = 3
    SITE_STALE = 4  # the guest's code is no longer what was translated
    SITE_TARGET = 5  # the way in for indirect jumps to an address
    SITE_RETURN = 6  # the way in for returns to an address
    SITE_CALLS = 7  # an indirect call or jump, which compares with the addresses it led to before
    SITE_JUMPS = 8
    SITE_OTHER = 9  # where such a comparison leads when it fails

# Numbers of sites that stand for no place.
cdef enum:
    EXIT_EARLY = 0  # something wants attention: nothing was run
    EXIT_AT = 1  # at the guest address `exit_pc`: a fault or a signal
    EXIT_NO_TARGET = 2  # an indirect jump to `exit_pc`, which has no way in
    EXIT_NO_RETURN = 3  # a return to `exit_pc`, likewise
    FIRST_SITE = 4

# Boundary.fix: what must be put back when a host instruction of this guest instruction faults.
cdef enum:
    FIX_FIRST = 1  # spill slot 0 has the guest's value of register `spilled` & 15
    FIX_SECOND = 2  # slot 1 that of register `spilled` >> 4
    FIX_SOURCE = 4  # a string instruction's source register is a host address
    FIX_DESTINATION = 8
    FIX_INSIDE = 16  # not the instruction's first host instruction: no place to stop at

cdef struct Boundary:  # where the host code of a guest instruction begins
    u16 host
    u16 guest
    u8 spilled
    u8 fix

cdef struct Site:
    u64 target  # guest address: of a link's end, of the instruction itself for others
    Site *next_incoming  # of those that lead to the same unit
    Site *next_in_slot  # ways in: the same slot of a table; indirect calls and jumps: the newest address kept
    u32 patch  # offset in code memory of the word that says where it leads
    u32 stub  # offset of where it leads when unlinked; ways in: of its first instruction
    u8 kind
    u8 length  # indirect calls: bytes of the guest's instruction
    u8 kept  # indirect calls and jumps: how many addresses they compare with
    u8 linked  # it leads to its target's code

cdef struct Unit:
    u64 start  # guest address
    u32 bytes  # of guest code
    u16 instructions
    u16 boundary_count
    Unit *chain_in_page
    Boundary *boundaries
    u8 checked  # compares the guest's bytes before it runs: nothing may jump past that
    u8 dead
    u32 code  # offset in code memory
    u32 code_size
    u32 entry  # offset of its first instruction's code from there
    Site *incoming
    Site *returns  # its call sites' ways in, by next_incoming
    Entry *entries
    Unit *chain_in_page2

cdef struct Entry:  # a guest address that has host code
    u64 rip
    Unit *unit
    u32 code  # offset in code memory
    Entry *chain
    Entry *next_of_unit

cdef struct Cover:  # where a page of guest code has units
    u64 page  # its number; 0: none yet, MANY_PAGES: several met here
    u64 blocks  # a bit for each 64 bytes of it

cdef struct DraftSite:
    u64 target
    u16 patch  # offsets from the draft's start
    u16 stub
    u8 kind
    u8 length

cdef struct Ways:  # host addresses of the common code of a cache, and marks in it
    u64 enter
    u64 entering  # after the check for attention
    u64 leave
    u64 left  # one past the way out

cdef struct Draft:  # a unit in the making
    u64 rip
    const u8 *bytes  # the guest's code
    int available
    int most  # instructions
    bint checked
    int way_in  # SITE_TARGET or SITE_RETURN: begin with such a way in
    u64 origin  # host address where it will run
    u64 leave  # of the way out
    u32 jump_slots  # of the tables for indirect jumps and returns
    u32 return_slots
    u32 first_site  # number of its first site
    u64 membase
    const u64 *avoided  # these three as in Cache
    u32 avoided_count
    const u64 *busy
    u32 guest_bytes
    int instructions
    int size  # of its host code
    int entry  # where its first instruction's code is
    int boundary_count
    int site_count
    u8 code[CODE_ROOM]
    Boundary boundaries[2 * MOST_INSTRUCTIONS]
    DraftSite sites[MOST_SITES]

cdef struct Half:  # of the code memory, with all that stands in it
    u64 start
    u64 used  # bytes of code, from its start
    Site *sites  # a reserved array
    u32 site_count
    Unit **units  # a reserved array, in the order of their code
    u32 unit_count
    u8 **chunks  # of the arena
    int chunk_count
    u64 chunk_used
    u64 chunk_room  # bytes of the newest chunk
    u8 large_sites  # the array has large pages from some place on
    u64 emptied_at  # the epoch that began when it was emptied

cdef struct Statistics:
    u64 units
    u64 instructions  # translated
    u64 guest_bytes
    u64 code_bytes
    u64 links
    u64 misses  # of indirect jumps and returns, each of which made a way in
    u64 kept  # addresses that indirect jumps and calls compare with
    u64 interpreted
    u64 invalidated
    u64 evictions
    u64 cycles  # spent translating, by the host's time stamp counter

cdef struct Cache:
    CodeMemory memory
    Half halves[2]
    int half  # being filled
    u32 most_sites  # of a half
    u32 most_units
    u64 epoch
    bint to_be_reset  # all that was translated is of another program, and code memory isn't here yet
    Cpu *cold  # in a child: what ran first there, or NULL
    u64 cold_until  # its `icount` up to which it is interpreted, as most children do little before execve
    u32 *jump_slots  # host addresses, by hash of the guest's
    u32 *return_slots
    Site **jump_chains  # by `chain_number` of the slot; reserved arrays, as the next two
    Site **return_chains
    Entry **entries
    Cover *covers
    Ways ways
    u32 no_target  # host addresses of where the slots lead at first
    u32 no_return
    u64 *avoided  # guest addresses, ascending: instructions to be interpreted, whatever they are
    u32 avoided_count
    u64 busy[BUSY]  # guest addresses of indirect calls and jumps that are better made by the table
    Statistics statistics
    u32 interpreted_by[4096]  # mnemonic
    Draft draft

ctypedef Cache *CacheP
ctypedef Unit *UnitP
ctypedef Site *SiteP
ctypedef Entry *EntryP
ctypedef Boundary *BoundaryP
ctypedef Draft *DraftP
ctypedef DraftSite *DraftSiteP
ctypedef Half *HalfP
ctypedef Unit **UnitPP
ctypedef Cover *CoverP
ctypedef u8 **u8pp
ctypedef Site **SitePP
ctypedef Entry **EntryPP

# What a back end does.
cdef struct BackEnd:
    # Write the common code for a half at its origin into the draft.
    void (*common)(Cache *, u64 origin) noexcept nogil
    # Fill the draft; False when not even its first instruction is one.
    bint (*translate)(Draft *) noexcept nogil
    # The way in of `kind` for the draft's rip, with a link to it as site 1 after itself as site 0.
    void (*way_in)(Draft *, int kind) noexcept nogil
    # The comparison with the draft's rip for an indirect call or jump: a link to it as site 0, what to do
    # otherwise as site 1. For a call's first one: the return address, else 0.
    void (*comparison)(Draft *, u64 after) noexcept nogil
    u32 (*jump_slot)(u64 rip) noexcept nogil
    u32 (*return_slot)(u64 rip) noexcept nogil

cdef BackEnd back_end

cdef inline u32 chain_number(u32 slot) noexcept nogil:
    # slots of neighbouring code have neighbouring chains: a small program touches few pages
    return slot >> 2 & (CHAINS - 1)

cdef inline u32 busy_slot(u64 rip) noexcept nogil:
    return (rip ^ rip >> 10) & (BUSY - 1)

cdef Cache *new_cache(u64 size) noexcept nogil
cdef void free_cache(Cache *cache) noexcept nogil
# Host address of the guest's code at `rip`, translated if need be. The caller doesn't hold the
# space's lock. 0 when it can't be: the interpreter then says why.
cdef u64 find(Cpu *c, Cache *cache, u64 rip) noexcept nogil
# The same after a link's exit, which from now on leads there.
cdef u64 connect(Cpu *c, Cache *cache, Site *site) noexcept nogil
# The same after an indirect jump or a return that found no way in; makes one.
cdef u64 admit(Cpu *c, Cache *cache, u64 rip, int kind) noexcept nogil
# The same after an indirect call or jump to an address that it did not keep yet: it does from now on.
cdef u64 keep(Cpu *c, Cache *cache, Site *site, u64 rip) noexcept nogil
cdef Site *site_of(Cache *cache, u32 number) noexcept nogil
# Forget what was translated from a page; the caller holds the space's lock.
cdef void forget(Space *s, void *units, void *overhanging) noexcept nogil
# Forget everything, when no thread can be inside (execve).
cdef void start_afresh(Space *s) noexcept nogil
cdef void free_with_space(Space *s) noexcept nogil
# What that left to be done when code memory arrives.
cdef void finish_reset(Cache *cache) noexcept nogil
# Forget everything, when it can be done only later for some threads; the caller holds the lock.
cdef void evict(Cpu *c, Cache *cache) noexcept nogil
# The unit that holds a host address, alive or dead, and the boundary at or before it. For signal handlers.
cdef Unit *unit_at(Cache *cache, u64 host) noexcept nogil
cdef Boundary *boundary_at(Cache *cache, Unit *unit, u64 host) noexcept nogil
# Forget the unit that begins at `rip`.
# The unit that is entered at a guest address; NULL where there is none.
cdef Unit *unit_entered_at(Cache *cache, u64 rip) noexcept nogil
cdef void forget_unit(Cache *cache, u64 rip) noexcept nogil
cdef void kill(Cache *cache, Unit *unit) noexcept nogil
# From now on interpret the instructions at these guest addresses, and no others; takes the array, which
# malloc made. The caller doesn't hold the space's lock.
cdef void avoid(Space *s, u64 *addresses, u32 count) noexcept nogil

from blinkenlights.core.blocks cimport executable_span, forget_units_by, guard, page_of
from blinkenlights.core.blocks cimport Cache as Blocks, Page
from blinkenlights.core.host cimport careful_copy

ctypedef Page *PageP
ctypedef Blocks *BlocksP

cdef extern from "unistd.h" nogil:
    int usleep(unsigned int)

cdef extern from "stdlib.h" nogil:
    int posix_memalign(void **place, size_t alignment, size_t size)

cdef extern from *:
    """
    #if defined(__x86_64__)
    #define cycle_count() __builtin_ia32_rdtsc()
    #else
    #define cycle_count() 0
    #endif
    """
    u64 cycle_count() nogil
    void fence "__sync_synchronize"() nogil
