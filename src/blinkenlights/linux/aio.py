"""Linux's asynchronous I/O: io_setup(2), io_submit(2), io_getevents(2), io_cancel(2), io_destroy(2).

A context is the address of a ring that the kernel maps. It is moved into the guest's memory, and the
kernel takes note of that, so the guest's context is the ring's guest address. Events name their control
block by a host address, which a library must not read from the ring by itself: the ring's magic number,
by which it would know the layout, is taken away, so that it asks the kernel, and so us.
"""

from errno import EAGAIN, EINVAL, ENOMEM
from struct import Struct

from blinkenlights.linux import vectors
from blinkenlights.linux.abi import at, page_up, s64, words
from blinkenlights.linux.poll import signal_mask
from blinkenlights.linux.signal import SYNCHRONOUS, after_wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array

    from blinkenlights.linux.task import Process, Task

IO_SETUP, IO_DESTROY, IO_GETEVENTS, IO_SUBMIT, IO_CANCEL, IO_PGETEVENTS = 206, 207, 208, 209, 210, 333
MREMAP = 25
MREMAP_MAYMOVE_FIXED = 3
MAP_SHARED_ANONYMOUS = 0x21
PROT_READ_WRITE = 3
NAME = b"/[aio] (deleted)"

# struct aio_ring: id, nr, head, tail, magic, compat features, incompat features, header length
RING = Struct("<8I")
RING_MAGIC = 16  # its offset
IOCB_SIZE = 64
IOCB_OPCODE, IOCB_BUFFER, IOCB_LENGTH = 16, 24, 32
PREAD, PWRITE, PREADV, PWRITEV = 0, 1, 7, 8
EVENT = 32
EVENT_OBJECT = 8
MOST_AT_ONCE = 1 << 16


def sys_io_setup(task: "Task", count: int, context: int) -> int:
    space = task.space
    if space.u64(context) or not count & 0xFFFF_FFFF:
        return -EINVAL
    result = words(bytes(8))
    error = task.host(IO_SETUP, count, at(result))
    if error:
        return error
    made = result[0]
    guest = adopt(task, made)
    if not guest:
        task.host(IO_DESTROY, made)
        return -ENOMEM
    space.put_u64(context, guest)
    return 0


def adopt(task: "Task", ring: int) -> int:
    """Move a ring to where the guest can see it; the guest's address, or 0."""
    process = task.process
    space = process.space
    length = ring_size(task, ring)
    with process.memory_lock:
        guest = space.find_free(length)
        if not guest:
            return 0
        space.map(guest, length, PROT_READ_WRITE, MAP_SHARED_ANONYMOUS, -1, 0, NAME)
        moved = task.host(MREMAP, ring, length, length, MREMAP_MAYMOVE_FIXED, space.base + guest)
        if moved != space.base + guest:
            space.unmap(guest, length)
            return 0
    space.put_u32(guest + RING_MAGIC, 0)
    process.rings[guest] = length
    return guest


def ring_size(task: "Task", ring: int) -> int:
    """Bytes of a ring, at a host address: a header, and as many events as there is room for."""
    header = words(bytes(RING.size))
    source = words(ring.to_bytes(8, "little") + RING.size.to_bytes(8, "little"))
    target = words(at(header).to_bytes(8, "little") + RING.size.to_bytes(8, "little"))
    copied = task.host(vectors.VM_READV, task.process.pid, at(target), 1, at(source), 1, 0)
    if copied != RING.size:
        raise OSError(EAGAIN, "the ring can't be read")
    return page_up(RING.size + (header[0] >> 32) * EVENT)


def on_host(task: "Task", context: int) -> int:
    """The host's name of a context."""
    if context not in task.process.rings:
        raise OSError(EINVAL, "no such context")
    return task.space.base + context


def sys_io_destroy(task: "Task", context: int) -> int:
    result = task.host(IO_DESTROY, on_host(task, context))
    if not result:
        forget(task.process, context)
    return result


def forget(process: "Process", context: int) -> None:
    """The kernel has unmapped a ring."""
    length = process.rings.pop(context)
    with process.memory_lock:
        process.space.unmap(context, length)


def destroy_all(process: "Process") -> None:
    """A new program has none."""
    task = process.leader
    assert task is not None
    for context in list(process.rings):
        task.host(IO_DESTROY, process.space.base + context)
        forget(process, context)


def sys_io_submit(task: "Task", context: int, count: int, blocks: int) -> int:
    host = on_host(task, context)
    count = s64(count)
    if count < 0:
        return -EINVAL
    space = task.space
    addresses = words(space.read(blocks, 8 * min(count, MOST_AT_ONCE)))
    done = 0
    for block in addresses:  # one by one: what the first that is refused does not undo the others
        error = submit(task, host, block)
        if error < 0:
            return done or error
        done += 1
    return done


def submit(task: "Task", context: int, block: int) -> int:
    """Hand one control block to the kernel, with its buffer's host address while the kernel reads it."""
    space = task.space
    raw = space.read(block, IOCB_SIZE)
    opcode = int.from_bytes(raw[IOCB_OPCODE : IOCB_OPCODE + 2], "little")
    buffer = int.from_bytes(raw[IOCB_BUFFER : IOCB_BUFFER + 8], "little")
    length = int.from_bytes(raw[IOCB_LENGTH : IOCB_LENGTH + 8], "little")
    vector: array[int] | None = None
    place = buffer
    if opcode in (PREAD, PWRITE):
        place = space.pointer(buffer, length & (1 << 62) - 1, opcode == PREAD)
    elif opcode in (PREADV, PWRITEV):
        vector = vectors.translate(space, buffer, s64(length), opcode == PREADV)
        place = at(vector)
    pointers = words((space.base + block).to_bytes(8, "little"))
    if place == buffer:
        return task.host(IO_SUBMIT, context, 1, at(pointers))
    space.put_u64(block + IOCB_BUFFER, place)
    try:
        return task.host(IO_SUBMIT, context, 1, at(pointers))
    finally:
        space.put_u64(block + IOCB_BUFFER, buffer)


def sys_io_getevents(task: "Task", context: int, least: int, most: int, events: int, timeout: int) -> int:
    space = task.space
    arguments = (on_host(task, context), least, most, places(task, events, most), space.pointer(timeout, 16))
    return told(task, events, task.host(IO_GETEVENTS, *arguments))


def sys_io_pgetevents(
    task: "Task", context: int, least: int, most: int, events: int, timeout: int, mask: int
) -> int:
    space = task.space
    wanted = signal_mask(task, space.u64(mask), space.u64(mask + 8)) if mask else None
    host_mask = words((0 if wanted is None else wanted & ~SYNCHRONOUS).to_bytes(8, "little"))
    extra = words((0 if wanted is None else at(host_mask)).to_bytes(8, "little") + b"\10" + bytes(7))
    arguments = (on_host(task, context), least, most, places(task, events, most), space.pointer(timeout, 16))
    result = told(task, events, task.host(IO_PGETEVENTS, *arguments, at(extra)))
    return result if wanted is None else after_wait(task, wanted, result)


def places(task: "Task", events: int, most: int) -> int:
    """The host address of the events' array."""
    if s64(most) < 0:
        raise OSError(EINVAL, "events")
    return task.space.pointer(events, min(most, MOST_AT_ONCE) * EVENT, True)


def told(task: "Task", events: int, count: int) -> int:
    """Give the events that have come the guest's addresses of their control blocks."""
    space = task.space
    for i in range(max(count, 0)):
        where = events + i * EVENT + EVENT_OBJECT
        space.put_u64(where, space.u64(where) - space.base)
    return count


def sys_io_cancel(task: "Task", context: int, block: int, event: int) -> int:
    space = task.space
    space.read(block, IOCB_SIZE)
    where = space.pointer(event, EVENT, True)
    return task.host(IO_CANCEL, on_host(task, context), space.base + block, where)
