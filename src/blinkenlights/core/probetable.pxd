# The structures of core/probes.py, for those who only look at them.

from blinkenlights.core.state cimport *

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
    u64 others  # instructions of other threads up to now: with a processor's count, the machine's tick

cdef struct Span:  # of code: [start, last]
    u64 start
    u64 last
    u32 what
    u32 id
    Recorder *recorder
    void *function  # the Python object that is called; Hooks.functions keeps it

cdef struct Watch:  # of memory: [start, last]
    u64 start
    u64 last
    u32 kinds
    u32 what
    u32 id
    u32 spare
    Recorder *recorder
    void *function

cdef enum:
    NUMBERS = 1024  # a power of 2
    NUMBERS_BITS = 10

cdef struct Number:  # a Python integer that was made for a hook's argument
    u64 value
    void *object

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
    u8 holding  # the GIL is held while the guest runs
    u8 failed  # a hook has raised an exception, Hooks.problem
    u8 direct  # all that watches memory is one recorder: it is written to at once
    void *owner  # core.probes.Hooks
    Number addresses[NUMBERS]  # arguments of the last calls, by a hash of their value
    Number values[NUMBERS]

ctypedef Number *NumberP
ctypedef Probes *ProbesP
ctypedef Span *SpanP
ctypedef Watch *WatchP
ctypedef Recorder *RecorderP
ctypedef Event *EventP
ctypedef Access *AccessP
