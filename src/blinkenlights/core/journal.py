"""The past of a guest's memory: pages as they were before they were changed.

A journal withholds the write tags of every TLB at each checkpoint, so the first write to a page after
it passes `note`, which saves the page into the interval that began there. An interval's pages are
swapped with memory to go back over it; then they are what is needed to go forward again.

Only contents are kept here. Which pages there are is a layout: the list of areas as bytes, kept whole
by every checkpoint. A page that isn't mapped counts as zeros, so appearing and vanishing pages need no
entry of their own: what had a content when it was unmapped is saved first.
"""

import cython
from cython.cimports.cpython.bytes import PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cython.cimports.libc.stdlib import calloc, free, malloc, realloc
from cython.cimports.libc.string import memcmp, memcpy, memset

from blinkenlights.core import pagemap

PAGE = cython.declare(u64, 4096)
PAGE_REST = cython.declare(u64, 4095)
SPREAD = cython.declare(u64, 0x9E3779B97F4A7C15)
FIRST_SLOTS = cython.declare(u32, 64)
MOST_PAGES = cython.declare(u64, 1 << 16)  # of the host's pagemap, read at once
IN_MEMORY = cython.declare(u8, pagemap.PRESENT_OR_SWAPPED)
FRESH = cython.declare(cython.int, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED)
AREA = cython.declare(cython.int, cython.sizeof(Area))


# -- logs ------------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def slot_of(log: LogP, page: u64) -> u32p:
    """The slot that holds `page`, or the empty one where it belongs."""
    i: u32 = cython.cast(u32, ((page >> 12) * SPREAD) >> 40) & log.mask
    while log.slots[i] != 0 and log.pages[log.slots[i] - 1] != page:
        i = (i + 1) & log.mask
    return cython.address(log.slots[i])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def holds(log: LogP, page: u64) -> cython.bint:
    return log.count != 0 and slot_of(log, page)[0] != 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def enlarge(log: LogP) -> cython.void:
    i: u32
    log.capacity = log.capacity * 2 if log.capacity else FIRST_SLOTS // 2
    log.pages = cython.cast(u64p, realloc(log.pages, log.capacity * 8))
    log.data = cython.cast(u8pp, realloc(log.data, log.capacity * 8))
    free(log.slots)
    log.slots = cython.cast(u32p, calloc(log.capacity * 2, 4))
    log.mask = log.capacity * 2 - 1
    for i in range(log.count):
        slot_of(log, log.pages[i])[0] = i + 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def add(log: LogP, page: u64, data: u8p) -> cython.void:
    """Enter a page that isn't in the log; it takes `data` over."""
    if log.count == log.capacity:
        enlarge(log)
    log.pages[log.count] = page
    log.data[log.count] = data
    log.count += 1
    slot_of(log, page)[0] = log.count
    if data != cython.NULL:
        log.bytes += PAGE


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def free_log(log: LogP) -> cython.void:
    i: u32
    for i in range(log.count):
        free(log.data[i])
    free(log.pages)
    free(log.data)
    free(log.slots)
    memset(log, 0, cython.sizeof(Log))


class Interval:
    """The pages that changed between two checkpoints."""

    def __dealloc__(self):
        free_log(cython.address(self.log))

    @property
    def bytes(self) -> int:
        """Memory that its pages take."""
        return self.log.bytes + self.log.capacity * 24

    @property
    def pages(self) -> int:
        """How many pages changed."""
        return self.log.count

    def changed(self, address: int, length: int) -> bool:
        """Whether a page of the range is among them."""
        page: u64 = cython.cast(u64, address) & ~PAGE_REST
        end: u64 = cython.cast(u64, address) + cython.cast(u64, length)
        while page < end:
            if holds(cython.address(self.log), page):
                return True
            page += PAGE
        return False

    def absorb(self, later: "Interval") -> None:
        """Be the interval up to the later one's end; both hold pages as they were at their start."""
        i: u32
        other: Interval = later
        log: LogP = cython.address(self.log)
        for i in range(other.log.count):
            if not holds(log, other.log.pages[i]):
                add(log, other.log.pages[i], other.log.data[i])
                other.log.data[i] = cython.NULL
        free_log(cython.address(other.log))


# -- pages on the host -----------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_zero(p: u64p) -> cython.bint:
    return p[0] == 0 and memcmp(p, p + 1, 4088) == 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_out(s: SpaceP, page: u64, buffer: u8p) -> cython.bint:
    """A page's content, whatever its protection is; False where none is mapped."""
    area: AreaP = find_area(s, page)
    host: voidp = cython.cast(voidp, s.base + page)
    copied: cython.bint
    if area == cython.NULL:
        return False
    if area.prot & 7:
        return careful_copy(buffer, host, PAGE)
    if mprotect(host, PAGE, PROT_READ):
        return False
    copied = careful_copy(buffer, host, PAGE)
    mprotect(host, PAGE, host_protection(area.prot))
    return copied


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def take(s: SpaceP, page: u64) -> u8p:
    """A page's content in memory of its own; NULL for zeros."""
    buffer: u8p = cython.cast(u8p, malloc(PAGE))
    if copy_out(s, page, buffer) and not is_zero(cython.cast(u64p, buffer)):
        return buffer
    free(buffer)
    return cython.NULL


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def is_pc(s: SpaceP) -> cython.bint:
    return s.cpus != cython.NULL and s.cpus.system != cython.NULL


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_in(s: SpaceP, address: u64, source: u8p, length: u64) -> cython.void:
    """Write within one page, whatever its protection is; NULL writes zeros. Translations are forgotten."""
    page: u64 = address & ~PAGE_REST
    area: AreaP = find_area(s, page)
    host: voidp = cython.cast(voidp, s.base + page)
    if area == cython.NULL:
        return
    if is_pc(s):
        system_memory_changed(s, address, length)
    else:
        invalidate(s, page, page + PAGE)
    if not area.prot & 2:
        mprotect(host, PAGE, PROT_READ | PROT_WRITE)
    if source == cython.NULL:
        memset(cython.cast(voidp, s.base + address), 0, length)
    else:
        memcpy(cython.cast(voidp, s.base + address), source, length)
    if not area.prot & 2:
        mprotect(host, PAGE, host_protection(area.prot))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def wipe(s: SpaceP, start: u64, end: u64) -> cython.void:
    """Make the mapped pages of a range zeros, and forget their translations."""
    i: cython.int = first_area(s, start)
    low: u64
    high: u64
    while i < s.count and s.areas[i].start < end:
        low = s.areas[i].start if s.areas[i].start > start else start
        high = s.areas[i].end if s.areas[i].end < end else end
        invalidate(s, low, high)
        mmap(cython.cast(voidp, s.base + low), high - low, host_protection(s.areas[i].prot), FRESH, -1, 0)
        i += 1


# -- noting ----------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def note(s: SpaceP, page: u64, writing: cython.int) -> cython.int:
    log: LogP = cython.cast(LogP, s.journal)
    if holds(log, page):
        return 1
    if not writing:
        return 0
    add(log, page, take(s, page))
    return 1


def resident(base: u64, start: u64, end: u64) -> list:
    """The pages of a range of guest memory that the host has something for."""
    found: list = []
    flags: bytes
    count: u64
    i: u64
    first: u64 = start
    while first < end:
        count = min((end - first) // PAGE, MOST_PAGES)
        try:
            flags = pagemap.flags(base + first, count * PAGE)
        except OSError:  # the host doesn't tell
            flags = b"\xff" * count
        for i in range(count):
            if cython.cast(u8p, PyBytes_AS_STRING(flags))[i] & IN_MEMORY:
                found.append(first + i * PAGE)
        first += count * PAGE
    return found


@cython.cfunc
def note_resident(s: SpaceP, start: u64, end: u64, moved: u64):
    """Save the pages of a range that have a content; with `moved`, those that far above, as zeros."""
    log: LogP = cython.cast(LogP, s.journal)
    page: u64
    i: cython.int = first_area(s, start)
    while i < s.count and s.areas[i].start < end:
        low: u64 = s.areas[i].start if s.areas[i].start > start else start
        high: u64 = s.areas[i].end if s.areas[i].end < end else end
        for page in resident(s.base, low, high):
            if moved == 0:
                note(s, page, 1)
            elif not holds(log, page + moved):
                add(log, page + moved, cython.NULL)
        i += 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def answer(inputs: InputsP, fresh: u64) -> u64:
    if inputs.next < inputs.count:
        inputs.next += 1
        return inputs.values[inputs.next - 1]
    if inputs.count == inputs.capacity:
        inputs.capacity = inputs.capacity * 2 + 64
        inputs.values = cython.cast(u64p, realloc(inputs.values, inputs.capacity * 8))
    inputs.values[inputs.count] = fresh
    inputs.count += 1
    inputs.next = inputs.count
    return fresh


class Journal:
    """Keeps what an address space's memory was, from now on; `close` ends that.

    The guest's own writes are noticed by the TLB, so the memory must be virtualised (ValueError else).
    Everything else that changes memory says so to the journal first: `AddressSpace.watcher`.
    """

    def __init__(self, space) -> None:
        memory: AddressSpace = space
        if not memory.virtual:
            raise ValueError("only virtualised memory can be recorded")
        if not is_pc(memory.s):  # whose memory file nobody else has, and which is mapped twice
            memory.own_files()
        self.space = memory
        self.s = memory.s
        self.changes = None
        self.turns = None
        self.inputs.answer = answer
        self.s.inputs = cython.address(self.inputs)
        self.begin()
        self.s.saver = note
        memory.watcher = self

    def __dealloc__(self):
        free(self.inputs.values)

    def close(self) -> None:
        """Forget everything; memory stays as it is."""
        if self.space.watcher is self:
            self.space.watcher = None
            self.s.saver = cython.NULL
            self.s.journal = cython.NULL
            self.s.inputs = cython.NULL

    def begin(self) -> Interval:
        """Begin an interval here and now; it gathers what changes until the next one begins."""
        return self.resume(Interval())

    def resume(self, interval) -> Interval:
        """Let `interval` gather what changes from now on."""
        self.current = interval
        self.s.journal = cython.address(self.current.log)
        withhold_writes(self.s)
        return interval

    # -- changes that aren't the guest's own, said beforehand ---------------------------------------

    def writing(self, address: int, source: int, length: int) -> None:
        """Host memory at `source` is about to be copied to the guest's."""
        page: u64 = cython.cast(u64, address) & ~PAGE_REST
        end: u64 = cython.cast(u64, address) + cython.cast(u64, length)
        place: u64 = source
        while page < end:
            note(self.s, page, 1)
            page += PAGE
        if self.changes is None:
            self.meddled += 1
        else:
            data: bytes = PyBytes_FromStringAndSize(
                cython.cast(cython.p_char, cython.cast(voidp, place)), length)
            self.changes.append((address, data))

    def touching(self, address: int, length: int) -> None:
        """A range may be written by others in any way, now and for a while."""
        page: u64 = cython.cast(u64, address) & ~PAGE_REST
        end: u64 = cython.cast(u64, address) + cython.cast(u64, length)
        while page < end:
            note(self.s, page, 1)
            page += PAGE
        if self.changes is None:
            self.meddled += 1

    def lend(self, address: int, length: int) -> int:
        """A host address that the host's kernel may write to, for the range."""
        if self.turns is not None:
            return self.turns.lend(address, length)
        self.touching(address, length)
        unguard_range(self.s, address, length)
        return self.s.base + cython.cast(u64, address)

    def word(self, address: int, length: int) -> int:
        """Where a futex is on the host."""
        if self.turns is not None:
            return self.turns.word(address, length)
        self.touching(address, length)
        return self.s.base + cython.cast(u64, address)

    def wiping(self, start: int, length: int) -> None:
        """A range is about to be mapped anew, or unmapped."""
        note_resident(self.s, start, start + length, 0)
        self.rearranged += 1
        if self.changes is None:
            self.meddled += 1
        else:
            self.changes.append((start, length))

    def moving(self, old: int, length: int, new: int, new_length: int, keep: bool) -> None:
        """Pages are about to be moved (mremap); with `keep` their old place stays mapped."""
        self.wiping(new, new_length)
        if length:
            self.wiping(old, length)
        if new > old:
            note_resident(self.s, old, old + length, cython.cast(u64, new) - cython.cast(u64, old))
        else:
            note_resident(self.s, old, old + length, 0 - (cython.cast(u64, old) - cython.cast(u64, new)))

    def moved(self, new: int, length: int) -> None:
        """What was moved, or read from a file, is there: where nothing was before, or what is saved."""
        log: LogP = cython.cast(LogP, self.s.journal)
        page: u64
        for at in range(new, new + length, 4096):
            data = self.page(at)
            if data is not None:
                page = at
                if not holds(log, page):
                    add(log, page, cython.NULL)
                if self.changes is not None:
                    self.changes.append((at, data))

    def arranged(self) -> None:
        """The layout has changed without changing contents."""
        self.rearranged += 1
        if self.changes is None:
            self.meddled += 1

    # -- layouts -------------------------------------------------------------------------------------

    def layout(self) -> bytes:
        """Which areas there are."""
        return PyBytes_FromStringAndSize(cython.cast(cython.p_char, self.s.areas), self.s.count * AREA)

    def page(self, address: int) -> bytes | None:
        """A page's content, whatever its protection; None for zeros or where none is mapped."""
        buffer: u8p = take(self.s, cython.cast(u64, address) & ~PAGE_REST)
        if buffer == cython.NULL:
            return None
        data: bytes = PyBytes_FromStringAndSize(cython.cast(cython.p_char, buffer), 4096)
        free(buffer)
        return data

    def resident(self, start: int, end: int) -> list[int]:
        """The pages of a range that the host has something for."""
        return resident(self.s.base, start, end)

    def rearrange(self, layout: bytes) -> None:
        """Map and unmap until the areas are those of `layout`; new pages are zeros."""
        s: SpaceP = self.s
        count: cython.int = len(layout) // AREA
        wanted: AreaP = cython.cast(AreaP, PyBytes_AS_STRING(layout))
        if count == s.count and memcmp(wanted, s.areas, count * AREA) == 0:
            return
        i: cython.int = 0
        j: cython.int = 0
        at: u64 = 0
        end: u64
        old: AreaP
        new: AreaP
        while i < s.count or j < count:
            old = s.areas + i if i < s.count else cython.NULL
            new = wanted + j if j < count else cython.NULL
            if old != cython.NULL and old.end <= at:
                i += 1
                continue
            if new != cython.NULL and new.end <= at:
                j += 1
                continue
            # the next range in which neither list changes
            end = ~cython.cast(u64, 0)
            if old != cython.NULL:
                if old.start > at:
                    end = min(end, old.start)
                    old = cython.NULL
                else:
                    end = min(end, old.end)
            if new != cython.NULL:
                if new.start > at:
                    end = min(end, new.start)
                    new = cython.NULL
                else:
                    end = min(end, new.end)
            change_range(s, at, end, old, new)
            at = end
        if count > s.capacity:
            s.capacity = count + 64
            s.areas = cython.cast(AreaP, realloc(s.areas, s.capacity * AREA))
        memcpy(s.areas, wanted, count * AREA)
        s.count = count
        flush_all(s)

    # -- going over intervals ----------------------------------------------------------------------

    def swap(self, interval, layout: bytes) -> None:
        """Go over an interval from the end where memory is now to the other, whose layout is given."""
        other: Interval = interval
        log: LogP = cython.address(other.log)
        s: SpaceP = self.s
        was: u8pp = cython.cast(u8pp, malloc(log.count * 8 + 8))
        i: u32
        # not noted: this is travelling, not a change
        for i in range(log.count):
            was[i] = take(s, log.pages[i])
        self.rearrange(layout)
        log.bytes = 0
        for i in range(log.count):
            if log.data[i] != cython.NULL or was[i] != cython.NULL:
                copy_in(s, log.pages[i], log.data[i], PAGE)
            free(log.data[i])
            log.data[i] = was[i]
            if was[i] != cython.NULL:
                log.bytes += PAGE
        free(was)
        flush_all(s)

    def apply(self, changes, layout: bytes | None) -> None:
        """Make changes that were recorded: (address, bytes) written, (start, length) made anew."""
        s: SpaceP = self.s
        address: u64
        length: u64
        n: u64
        source: u8p
        for place, what in changes:
            if isinstance(what, int):
                note_resident(s, place, place + what, 0)
        if layout is not None:
            self.rearrange(layout)
        for place, what in changes:
            address = place
            if isinstance(what, int):
                wipe(s, address, address + cython.cast(u64, what))
                continue
            length = len(what)
            source = cython.cast(u8p, PyBytes_AS_STRING(what))
            while length:
                n = min(PAGE - (address & PAGE_REST), length)
                note(s, address & ~PAGE_REST, 1)
                copy_in(s, address, source, n)
                address += n
                source += n
                length -= n

    # -- what the guest was told ---------------------------------------------------------------------

    @property
    def answers(self) -> int:
        """How many answers of RDTSC and its kin have been given up to here."""
        return self.inputs.next

    @answers.setter
    def answers(self, value: int) -> None:
        self.inputs.next = value

    def forget_answers(self) -> None:
        """Drop the answers that were given after here."""
        self.inputs.count = self.inputs.next

    @property
    def bytes(self) -> int:
        """Memory taken by answers."""
        return self.inputs.capacity * 8


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def change_range(s: SpaceP, start: u64, end: u64, old: AreaP, new: AreaP) -> cython.void:
    """On the host, and for translations and page tables; the list of areas is changed by the caller."""
    host: voidp = cython.cast(voidp, s.base + start)
    if old == cython.NULL and new == cython.NULL:
        return
    if old != cython.NULL and new != cython.NULL and old.prot == new.prot:
        return
    if old != cython.NULL:
        invalidate(s, start, end)
        forget_pages(s, start, end)
    if new == cython.NULL:
        unmap_host(s, start, end)
    elif old == cython.NULL:
        mmap(host, end - start, host_protection(new.prot), FRESH, -1, 0)
    else:
        mprotect(host, end - start, host_protection(new.prot))
