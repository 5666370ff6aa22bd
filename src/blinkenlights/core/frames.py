"""Signal frames in linear memory, written and read at once.

`linux.signal` decides where a frame goes and what it says; it also does what is unusual here, byte by
byte: virtualised memory, a guest without AVX, pages that can't be written as they are.
"""

import cython

# sigcontext's order of the general registers, by their numbers.
ORDER = cython.declare(cython.int[16])
for _place, _number in enumerate((8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 3, 2, 0, 1, 4)):
    ORDER[cython.cast(cython.int, _place)] = _number
RESTORED_FLAGS = cython.declare(u64, 0x50DD5)  # AC RF OF DF TF SF ZF AF PF CF
INFO_OFFSET = cython.declare(u64, 312)  # of `Frame.info`: what comes before it is a ucontext
CLEARED_FLAGS = cython.declare(u64, 0x10500)  # RF DF TF


def put_frame(processor, at: tuple, info: bytes, ucontext: tuple) -> bool:
    """Write a frame and the floating-point state; False when Python must.

    `at` is (frame, state); `ucontext` is (restorer, flags, stack's base, flags and size, error code, trap,
    mask, fault address).
    """
    cpu: Processor = processor
    c: CpuP = cpu.c
    frame: Frame
    area: u8[836]
    size: u64 = area_size()
    place: u64 = at[0]
    state: u64 = at[1]
    limit: u64 = cython.cast(SpaceP, c.space).size
    software: SoftwareBytesP
    i: cython.int
    if c.paged or size != LARGEST_AREA or state >= limit - LARGEST_AREA - 4 or place >= state:
        return False
    memset(cython.address(frame), 0, cython.sizeof(Frame))
    (frame.restorer, frame.uc_flags, frame.ss_sp, frame.ss_flags, frame.ss_size, frame.error_code,
     frame.trap, frame.mask, frame.fault_address) = ucontext
    frame.old_mask = frame.mask
    for i in range(16):
        frame.registers[i] = c.reg[ORDER[i]]
    frame.rip = c.rip
    frame.rflags = get_rflags(c)
    frame.cs = USER_CS
    frame.ss = USER_SS
    frame.state = state
    memcpy(frame.info, cython.cast(cython.p_char, info), min(len(info), 128))
    xsave_image(c, area)
    area[LEGACY_SIZE] |= 3  # x87 and SSE: whoever edits them there need not set the bits
    software = cython.cast(SoftwareBytesP, cython.address(area[SW_RESERVED]))
    memset(software, 0, LEGACY_SIZE - SW_RESERVED)
    software.magic = MAGIC1
    software.extended_size = LARGEST_AREA + 4
    software.components = 7
    software.size = LARGEST_AREA
    cython.cast(u32p, cython.address(area[LARGEST_AREA]))[0] = MAGIC2
    if not careful_copy(cython.cast(voidp, state + c.membase), area, LARGEST_AREA + 4):
        return False
    return careful_copy(cython.cast(voidp, place + c.membase), cython.address(frame), cython.sizeof(Frame))


def begin_handler(processor, handler: u64, signo: u64, frame: u64) -> None:
    """Registers and flags as a handler with the frame `frame` starts with them."""
    cpu: Processor = processor
    c: CpuP = cpu.c
    reset_fpu(c)
    c.reg[4] = frame
    c.reg[0] = 0
    c.reg[7] = signo
    c.reg[6] = frame + INFO_OFFSET
    c.reg[2] = frame + 8
    cpu.rflags = get_rflags(c) & ~CLEARED_FLAGS
    c.rip = handler


def take_frame(processor):
    """sigreturn: load what the frame at RSP - 8 says; None, with nothing changed, when Python must.

    Returns (mask, flags, stack's base, flags and size).
    """
    cpu: Processor = processor
    c: CpuP = cpu.c
    frame: Frame
    area: u8[836]
    place: u64 = c.reg[4] - 8
    limit: u64 = cython.cast(SpaceP, c.space).size
    software: SoftwareBytesP
    i: cython.int
    if c.paged or area_size() != LARGEST_AREA or place >= limit - cython.sizeof(Frame):
        return None
    if not careful_copy(cython.address(frame), cython.cast(voidp, place + c.membase), INFO_OFFSET):
        return None
    if frame.state == 0 or frame.state >= limit - LARGEST_AREA - 4:
        return None
    if not careful_copy(area, cython.cast(voidp, frame.state + c.membase), LARGEST_AREA + 4):
        return None
    software = cython.cast(SoftwareBytesP, cython.address(area[SW_RESERVED]))
    if software.magic != MAGIC1 or software.size != LARGEST_AREA or software.extended_size < LARGEST_AREA:
        return None
    if cython.cast(u32p, cython.address(area[LARGEST_AREA]))[0] != MAGIC2:
        return None
    if software.components & 7 != 7 or not xrstor_image(c, area, 7):
        return None
    for i in range(16):
        c.reg[ORDER[i]] = frame.registers[i]
    c.rip = frame.rip
    cpu.rflags = (get_rflags(c) & ~RESTORED_FLAGS) | (frame.rflags & RESTORED_FLAGS)
    return frame.mask, frame.rflags, frame.ss_sp, frame.ss_flags, frame.ss_size
