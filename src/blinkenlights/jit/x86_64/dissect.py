"""What became of guest code in translation, for people and tests; nothing of it is run."""

import cython
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memset

KINDS = {SITE_LINK: "link", SITE_INTERPRET: "interpret", SITE_SYSCALL: "syscall", SITE_STALE: "stale",
         SITE_TARGET: "target", SITE_RETURN: "return", SITE_CALLS: "calls", SITE_JUMPS: "jumps",
         SITE_OTHER: "other"}
AVAILABLE = cython.declare(cython.int, 1024)  # of guest code, as in the cache


@cython.cfunc
def new_draft(space, rip: u64, origin: u64) -> DraftP:
    memory: AddressSpace = space
    cache: CacheP = cython.cast(CacheP, memory.s.translated)
    if cache == cython.NULL:
        raise ValueError("this address space has no JIT")
    d: DraftP = cython.cast(DraftP, calloc(1, cython.sizeof(Draft)))
    if d == cython.NULL:
        raise MemoryError
    d.rip = rip
    d.origin = origin
    d.leave = cache.ways.leave
    d.jump_slots = cython.cast(u32, cython.cast(u64, cache.jump_slots))
    d.return_slots = cython.cast(u32, cython.cast(u64, cache.return_slots))
    d.first_site = FIRST_SITE << 1
    d.busy = cache.busy
    return d


def comparison(space, rip: int, after: int, origin: int) -> dict:
    """What an indirect call that returns to `after`, or a jump (0), asks once it has led to `rip`."""
    d: DraftP = new_draft(space, rip, origin)
    try:
        back_end.comparison(d, after)
        return described(d)
    finally:
        free(d)


def translation(space, code: bytes, rip: int, membase: int, origin: int, checked: bool = False,
                busy: bool = False) -> dict:
    """The unit that `code` at guest address `rip` becomes, as if it were put at host address `origin`.

    `space` is one with the JIT; `busy`: the first instruction has jumped to many addresses before. The
    result has `code`, the number of guest `bytes` in it, `boundaries` as (host offset, guest offset) and
    `sites` as (kind, target, patch, stub).
    """
    beginning: bytes = code[:AVAILABLE]
    d: DraftP = new_draft(space, rip, origin)
    many: u64[BUSY]
    memset(many, 0, cython.sizeof(many))
    try:
        if busy:
            many[busy_slot(rip)] = rip
        d.busy = many
        d.bytes = cython.cast(u8p, cython.cast(cython.p_char, beginning))
        d.available = len(beginning)
        d.most = MOST_INSTRUCTIONS
        d.checked = checked
        d.membase = membase
        if not back_end.translate(d):
            return {}
        return described(d)
    finally:
        free(d)


@cython.cfunc
def described(d: DraftP) -> dict:
    i: cython.int
    boundaries = []
    for i in range(d.boundary_count):
        boundaries.append((d.boundaries[i].host, d.boundaries[i].guest))
    sites = []
    for i in range(d.site_count):
        site: DraftSiteP = cython.address(d.sites[i])
        sites.append((KINDS[site.kind], site.target, site.patch, site.stub))
    return {"code": cython.cast(cython.p_char, d.code)[:d.size], "bytes": d.guest_bytes,
            "boundaries": boundaries, "sites": sites}


def places(space) -> dict[str, int]:
    """Where the thread's slots are, as displacements from FS, and the tables and ways out."""
    memory: AddressSpace = space
    cache: CacheP = cython.cast(CacheP, memory.s.translated)
    if cache == cython.NULL:
        raise ValueError("this address space has no JIT")
    return {
        "spill": slot_spill0, "spill2": slot_spill1, "exit_pc": slot_pc, "exit_site": slot_site,
        "guest_fs": slot_fs, "guest_gs": slot_gs, "origin": slot_origin, "leave": cache.ways.leave,
        "jump_slots": cython.cast(u64, cache.jump_slots),
        "return_slots": cython.cast(u64, cache.return_slots),
    }
