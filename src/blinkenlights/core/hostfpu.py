"""The guest's x87 state between Cpu and the host's x87 registers (Intel manual, volume 1, 10.5)."""

import cython

TOP = cython.declare(cython.int, 0x3800)


def unload_x87(c):
    image: FxImage
    environment: u32[7]
    host_fxsave(cython.address(image))
    if cython.cast(cu64p, image.bytes)[1] == 0:
        # AMD's CPUs save the pointers only if an exception is pending (manual, volume 2, 11.4.4)
        host_fnstenv(cython.address(environment))
        cython.cast(u64p, image.bytes)[1] = environment[3]
        cython.cast(u64p, image.bytes)[2] = environment[5]
    host_x87_reset()
    take_x87(c, image.bytes)


def place_x87_pointers_by(place):
    global place_pointers
    place_pointers = place


def take_x87(c, image):
    i: cython.int
    status: u16 = cython.cast(cu16p, image)[1]
    c.x87_live = 0
    c.fcw = cython.cast(cu16p, image)[0]
    c.fsw = status & ~TOP
    c.fpu_top = (status & TOP) >> 11
    c.ftag = image[4]
    c.fop = cython.cast(cu16p, image)[3]
    c.fip = cython.cast(cu64p, image)[1]
    c.fdp = cython.cast(cu64p, image)[2]
    if place_pointers != cython.NULL:
        place_pointers(c)
    for i in range(8):
        memcpy(c.st[(c.fpu_top + i) & 7], image + 32 + 16 * i, 10)


def load_x87(c):
    image: FxImage
    p: u8p = image.bytes
    i: cython.int
    c.x87_live = 1
    host_fxsave(cython.address(image))
    cython.cast(u16p, p)[0] = c.fcw
    cython.cast(u16p, p)[1] = (c.fsw & ~TOP) | (c.fpu_top << 11)
    p[4] = c.ftag
    cython.cast(u16p, p)[3] = c.fop
    cython.cast(u64p, p)[1] = c.fip
    cython.cast(u64p, p)[2] = c.fdp
    for i in range(8):
        memcpy(p + 32 + 16 * i, c.st[(c.fpu_top + i) & 7], 10)
    host_fxrstor(cython.address(image))
