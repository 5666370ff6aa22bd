# What a debugger puts into guest code and memory: breakpoints, hooks, events and watched ranges.

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport *

# Span.what: why instructions in a range are looked at
cdef enum:
    SPAN_STOP = 1  # a breakpoint
    SPAN_CODE = 2  # a Python function before each instruction
    SPAN_BLOCK = 4  # a Python function before each block
    SPAN_EVENT = 8  # a record for each instruction
    SPAN_BLOCK_EVENT = 16  # a record for each block
    BLOCK_SPANS = 20

# Watch.kinds and Access.kind
cdef enum:
    READING = 1
    WRITING = 2

# Watch.what
cdef enum:
    WATCH_STOP = 1  # a watchpoint
    WATCH_HOOK = 2  # a Python function for each access
    WATCH_EVENT = 3  # a record for each access

# Cpu.stopped_by
cdef enum:
    STOP_BREAKPOINT = 1
    STOP_WATCHPOINT = 2
    STOP_HOOK = 3  # a hook raised an exception, or asked for it

# Event.kind
cdef enum:
    EVENT_CODE = 0
    EVENT_READ = 1
    EVENT_WRITE = 2
    EVENT_BLOCK = 3

cdef enum:
    MOST_RECORDERS = 8

cdef struct Event:  # 40 bytes; api.events describes it for readers
    u64 tick
    u64 address
    u64 value
    u64 rip
    u32 size
    u32 kind

cdef struct Recorder:
    Event *first
    Event *next
    Event *end
    u64 wrapped  # how often it was full
    void *owner  # who is told of it: core.probes.Hooks

cdef struct Span:  # of code: [start, last]
    u64 start
    u64 last
    u32 what
    u32 id
    Recorder *recorder

cdef struct Watch:  # of memory: [start, last]
    u64 start
    u64 last
    u32 kinds
    u32 what
    u32 id
    u32 spare
    Recorder *recorder

cdef struct Probes:  # of one address space
    Span *spans
    int count
    int capacity
    Watch *watches
    int watch_count
    int watch_capacity
    u32 generation  # of spans and watches
    u8 calls_python  # there are hooks: the GIL is kept
    u8 wide  # spans that are no single address: translated code doesn't serve them
    void *owner  # core.probes.Hooks

ctypedef Probes *ProbesP
ctypedef Span *SpanP
ctypedef Watch *WatchP
ctypedef Recorder *RecorderP
ctypedef Event *EventP
ctypedef Access *AccessP

from blinkenlights.core.blocks cimport PROBE_ROOM

cdef int plant(Space *s, Op *ops, u64 rip, u64 address, int length, int count, bint first,
               bint after_access) noexcept nogil
cdef void set_block_size(Op *ops, int n, u64 size) noexcept nogil
cdef void finish_accesses(Cpu *c) noexcept nogil

cdef Op *probe(Cpu *c, Op *o) noexcept nogil
cdef Op *record(Cpu *c, Op *o) noexcept nogil
cdef Op *collect(Cpu *c, Op *o) noexcept nogil
cdef int call_hooks(Cpu *c, u64 address, u64 size, u64 tick, u64 what) noexcept with gil
cdef int call_access_hook(Cpu *c, u32 id, u32 kind, u64 address, u64 size, u64 value, u64 tick) noexcept with gil
cdef void tell_full(Recorder *recorder) noexcept with gil
cdef u64 watch_bits(Space *s, u64 page) noexcept nogil
cdef void note(Cpu *c, u64 address, int size, u32 kind) noexcept nogil

cdef class Hooks:
    cdef Probes p
    cdef object space  # core.memory.AddressSpace
    cdef Space *s
    cdef dict functions  # by id
    cdef public object problem  # an exception that a hook has raised
    cdef public bint stop  # a hook has asked for it
    cdef u32 last_id
    cdef list recorders

cdef class Recording:
    cdef Recorder r
    cdef Hooks hooks
    cdef public object on_full
    cdef int exported
    cdef Py_ssize_t shape[1]
    cdef Py_ssize_t strides[1]
