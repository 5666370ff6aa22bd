"""The host's vDSO, which tells the time by data that its kernel keeps beside it (vdso(7)).

How that data is laid out is the kernel's own business and changes, and its pages can't be mapped a
second time. But in linear memory every host address from the guest's region on is a guest address,
too: so a guest can run the functions where they are, and the time is the host's own to the last bit.
"""

import cython

CANONICAL = cython.declare(u64, cython.cast(u64, 1) << 47)


@cython.cfunc
def vdso_end(start: u64) -> u64:
    """The end of the vDSO's loaded segment; 0 when the image isn't as expected."""
    head: u8p = cython.cast(u8p, start)
    row: u8p = head + cython.cast(u64p, head + PROGRAM_HEADERS)[0]
    count: cython.int = cython.cast(u16p, head + HEADER_COUNT)[0]
    while count > 0:
        if cython.cast(u32p, row)[0] == PT_LOAD:
            return start + cython.cast(u64p, row + 16)[0] + cython.cast(u64p, row + 40)[0]
        row += cython.cast(u16p, head + HEADER_SIZE)[0]
        count -= 1
    return 0


def functions(space, names: tuple) -> list:
    """Guest addresses of the host's functions, and leave for the guest to run them; 0 for a missing one.

    An empty list where there are none, or where the guest's memory is virtualised.
    """
    memory: AddressSpace = space
    start: u64 = getauxval(AT_SYSINFO_EHDR)
    end: u64
    library: voidp
    found: list = []
    name: bytes
    if start == 0 or memory.virtual:
        return found
    end = vdso_end(start)
    if end == 0 or start < memory.s.base or end - memory.s.base > CANONICAL:
        return found
    library = dlopen(b"linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD)
    if library == cython.NULL:
        return found
    allow_host_code(start, end)
    for name in names:
        at: u64 = cython.cast(u64, dlsym(library, name))
        found.append(at - memory.s.base if start <= at < end else 0)
    return found
