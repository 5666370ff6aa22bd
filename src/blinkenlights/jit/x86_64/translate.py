"""Units: instructions one after the other, with the branches between them.

    jz target         jz target's code                      (a link; until known: to a stub that leaves)
    call target       call thunk
                      after: mov [rsp-8], rcx; lea rcx, [rcx-return+1]; loop next way in
                      mov rcx, fs:[spill]; mov r11, fs:[spill+8]
                      thunk: mov qword [rsp], return; jmp target's code
    ret               mov dword fs:[origin], here; mov fs:[spill], rcx; mov fs:[spill+8], r11; mov rcx, [rsp]
                      movzx r11d, cx; mov r11d, [return_slots + r11*4]; mov [rsp], r11; ret
    jmp rax           mov dword fs:[origin], here; mov fs:[spill], rcx; mov fs:[spill+8], r11; mov rcx, rax
                      rorx r11d, ecx, 4; movzx r11d, r11w
                      mov r11d, [jump_slots + r11*4]; jmp r11

The host's own CALL and RET are used, so that the host's return prediction works: a call pushes the
host's return address, which its thunk replaces by the guest's; a return finds the way in for the
guest's address, which is the place behind that very call, and puts it where RET will take it. The way
in repairs the stack cell and checks that the address is its own.
"""

import cython

ADDRESS_ROOM = cython.declare(cython.int, 16384)  # bytes that are enough for what comes behind a unit
SITES_SPARE = cython.declare(cython.int, 8)
CHECKED_MOST = cython.declare(cython.int, 16)

interpret_from = cython.declare(u64, 0)
interpret_to = cython.declare(u64, 0)


def interpret_range(start, end):
    global interpret_from, interpret_to
    interpret_from = start
    interpret_to = end


# What this host is good at: RORX for hashing, else CRC32; LOOP for comparing, else JRCXZ, which is taken
# when all is well, and taken branches crowd a host's branch history.
have_rorx = cython.declare(cython.bint, False)
quick_loop = cython.declare(cython.bint, False)


def look_at_host():
    global have_rorx, quick_loop
    have_rorx = host_has_bmi2()
    quick_loop = host_is_amd()


def jump_slot(rip):
    """With RORX bits 4 to 19; else as the CRC32 instruction does it, from zero."""
    crc: u32 = 0
    i: cython.int
    if have_rorx:
        return (rip >> 4) & (TARGETS - 1)
    for i in range(64):
        crc ^= cython.cast(u32, rip >> i) & 1
        crc = (crc >> 1) ^ (POLYNOMIAL if crc & 1 else 0)
    return crc & (TARGETS - 1)


POLYNOMIAL = cython.declare(u32, 0x82F63B78)


def return_slot(rip):
    return rip & (TARGETS - 1)


# -- pieces --------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def new_site(d: DraftP, kind: cython.int, target: u64) -> cython.int:
    site: DraftSiteP = cython.address(d.sites[d.site_count])
    site.kind = kind
    site.target = target
    site.patch = site.stub = 0
    site.length = 0
    d.site_count += 1
    return d.site_count - 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def number_of(d: DraftP, site: cython.int) -> u32:
    return d.first_site + 2 * site


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def lead_word(k: CodeP, at: cython.int, to: cython.int) -> cython.void:
    value: u32 = cython.cast(u32, to - at - 4)
    memcpy(k.start + at, cython.address(value), 4)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def jump_to_site(k: CodeP, d: DraftP, site: cython.int) -> cython.void:
    """jmp rel32, whose word is the site's."""
    pad_for_word(k, d.origin, 1)
    byte(k, 0xE9)
    d.sites[site].patch = here(k)
    word(k, 0)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def linked_jump(k: CodeP, d: DraftP, target: u64) -> cython.int:
    """jmp rel32 to a guest address; returns the site."""
    site: cython.int = new_site(d, SITE_LINK, target)
    jump_to_site(k, d, site)
    return site


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def write_stub(k: CodeP, d: DraftP, site: cython.int) -> cython.void:
    """Where an unlinked jump leads: out."""
    d.sites[site].stub = here(k)
    lead_word(k, d.sites[site].patch, here(k))
    leave_at(k, d.origin, d.leave, number_of(d, site))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def leave_here(k: CodeP, d: DraftP, kind: cython.int, target: u64) -> cython.void:
    leave_at(k, d.origin, d.leave, number_of(d, new_site(d, kind, target)))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def subtract(k: CodeP, value: u64) -> cython.void:
    """RCX -= value, flags untouched; R11 is free."""
    if fits32(-value):
        lea(k, RCX, RCX, NONE, 0, cython.cast(i64, -value))
    else:
        set_register(k, R11, -value)
        lea(k, RCX, RCX, R11, 0, 0)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def unborrow(k: CodeP) -> cython.void:
    unspill(k, slot_spill0, RCX)
    unspill(k, slot_spill1, R11)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def borrow_both(k: CodeP, g: GuestP) -> cython.void:
    spill(k, slot_spill0, RCX)
    spill(k, slot_spill1, R11)
    g.spilled = RCX | R11 << 4
    g.fix = FIX_FIRST | FIX_SECOND


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def short_jump(k: CodeP, opcode: cython.int) -> u8p:
    """A jump of a byte's distance, to be landed later."""
    byte(k, opcode)
    byte(k, 0)
    return k.at - 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def land(k: CodeP, at: u8p) -> cython.void:
    at[0] = cython.cast(u8, cython.cast(u64, k.at) - cython.cast(u64, at) - 1)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def tell_origin(k: CodeP, d: DraftP, offset: cython.int, mark: u32) -> cython.void:
    """mov dword fs:[origin], here: an address that no instruction can have is the jump's own fault."""
    at: u32 = cython.cast(u32, d.origin + offset) | mark
    byte(k, FS_PREFIX)
    byte(k, 0xC7)
    memory(k, 0, NONE, NONE, 0, slot_origin)
    word(k, at)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def check_address(k: CodeP, target: u64, other: u8p) -> cython.void:
    """Go on if RCX is the address, else to `other`, close before, with RCX lessened by the address."""
    mine: u8p
    if quick_loop:
        subtract(k, target - 1)
        back(k, 0xE2, other)
        return
    subtract(k, target)
    mine = short_jump(k, 0xE3)
    back(k, 0xEB, other)
    land(k, mine)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def back(k: CodeP, opcode: cython.int, to: u8p) -> cython.void:
    byte(k, opcode)
    byte(k, cython.cast(cython.int, cython.cast(u64, to) - cython.cast(u64, k.at) - 1))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def jump_by_table(k: CodeP, d: DraftP, began: cython.int, mark: u32) -> cython.void:
    """To the way in for the address in RCX, which is spilled."""
    spill(k, slot_spill1, R11)
    tell_origin(k, d, began, mark)
    if have_rorx:
        byte(k, 0xC4)  # rorx r11d, ecx, 4
        byte(k, 0x63)
        byte(k, 0x7B)
        byte(k, 0xF0)
        byte(k, 0xD9)
        byte(k, 4)
    else:
        byte(k, 0x41)  # mov r11d, 0
        byte(k, 0xBB)
        word(k, 0)
        byte(k, 0xF2)  # crc32 r11, rcx
        byte(k, 0x4C)
        byte(k, 0x0F)
        byte(k, 0x38)
        byte(k, 0xF1)
        byte(k, 0xD9)
    byte(k, 0x45)  # movzx r11d, r11w
    byte(k, 0x0F)
    byte(k, 0xB7)
    byte(k, 0xDB)
    byte(k, 0x46)  # mov r11d, [slots + r11*4]
    byte(k, 0x8B)
    memory(k, R11, NONE, R11, 2, d.jump_slots)
    byte(k, 0x41)  # jmp r11
    byte(k, 0xFF)
    byte(k, 0xE3)


# -- branches --------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def conditional_jump(w: WorkP, target: u64) -> cython.void:
    k: CodeP = cython.address(w.k)
    site: cython.int = new_site(w.d, SITE_LINK, target)
    pad_for_word(k, w.d.origin, 2)
    byte(k, 0x0F)
    byte(k, 0x80 | (w.g.insn.opcode & 15))
    w.d.sites[site].patch = here(k)
    word(k, 0)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def loop_jump(w: WorkP, target: u64) -> cython.void:
    """loop target        loop taken; jmp on; taken: jmp target's code; on:"""
    k: CodeP = cython.address(w.k)
    if w.g.insn.asize == 4:
        byte(k, 0x67)
    taken: u8p = short_jump(k, w.g.insn.opcode)
    on: u8p = short_jump(k, 0xEB)
    land(k, taken)
    linked_jump(k, w.d, target)
    land(k, on)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def return_near(w: WorkP) -> cython.void:
    k: CodeP = cython.address(w.k)
    tell_origin(k, w.d, here(k), 0)
    borrow_both(k, cython.address(w.g))
    load64(k, 0, RCX, RSP, 0)
    byte(k, 0x44)  # movzx r11d, cx
    byte(k, 0x0F)
    byte(k, 0xB7)
    byte(k, 0xD9)
    byte(k, 0x46)  # mov r11d, [slots + r11*4]
    byte(k, 0x8B)
    memory(k, R11, NONE, R11, 2, w.d.return_slots)
    store64(k, 0, RSP, 0, R11)
    byte(k, 0xC3)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def call_near(w: WorkP, c: CallSiteP) -> cython.void:
    """The CALL and the way in for its return; `finish_call` writes the parts behind the unit."""
    k: CodeP = cython.address(w.k)
    # nop [rcx+rbp*8+disp32], whose last five bytes are the jump that a way in needs close by
    byte(k, 0x0F)
    byte(k, 0x1F)
    byte(k, 0x84)
    other: u8p = k.at
    byte(k, 0xE9)
    c.skip = here(k)
    word(k, 0)
    if c.kind == CALL_INDIRECT:
        pad_for_word(k, w.d.origin, 1)
    byte(k, 0xE8)
    c.word = here(k)
    word(k, 0)
    c.site = new_site(w.d, SITE_RETURN, c.after)
    w.d.sites[c.site].stub = here(k)
    store64(k, 0, RSP, -8, RCX)
    check_address(k, c.after, other)
    unborrow(k)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def put_return_address(k: CodeP, after: u64) -> cython.void:
    """Into the stack cell that a CALL has just made."""
    if fits32(after):
        byte(k, 0x48)  # mov qword [rsp], after
        byte(k, 0xC7)
        memory(k, 0, RSP, NONE, 0, 0)
        word(k, cython.cast(u32, after))
    else:
        spill(k, slot_spill1, R11)
        set_register(k, R11, after)
        store64(k, 0, RSP, 0, R11)
        unspill(k, slot_spill1, R11)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def finish_call(w: WorkP, c: CallSiteP) -> cython.void:
    k: CodeP = cython.address(w.k)
    d: DraftP = w.d
    if c.kind != JUMP_INDIRECT:
        lead_word(k, c.word, here(k))
        put_return_address(k, c.after)
    if c.kind == CALL_DIRECT:
        linked_jump(k, d, c.target)
    elif c.kind == CALL_BY_TABLE:
        jump_by_table(k, d, c.began, FROM_CALL)
    else:
        finish_indirect(w, c)
    if c.kind != JUMP_INDIRECT:
        lead_word(k, c.skip, here(k))
        ask_next(k, d, c.site)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def finish_indirect(w: WorkP, c: CallSiteP) -> cython.void:
    """Out, to have the address in RCX kept, which is spilled."""
    k: CodeP = cython.address(w.k)
    d: DraftP = w.d
    site: DraftSiteP = cython.address(d.sites[c.indirect])
    if c.kind == JUMP_INDIRECT:
        lead_word(k, c.word, here(k))
    site.stub = here(k)
    spill(k, slot_pc, RCX)
    unspill(k, slot_spill0, RCX)
    leave_at(k, d.origin, d.leave, number_of(d, c.indirect))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def ask_next(k: CodeP, d: DraftP, site: cython.int) -> cython.void:
    """A way in found that the address is another's: RCX as it was, and on to the next in the slot."""
    subtract(k, -d.sites[site].target)
    pad_for_word(k, d.origin, 1)
    byte(k, 0xE9)
    d.sites[site].patch = here(k)
    word(k, 0)


def write_comparison(d, after):
    """
        mov qword [rsp], after (for a call's first); lea rcx, [rcx-address+1]; loop other
        mov rcx, fs:[spill]; jmp address's code
        other: lea rcx, [rcx+address]; jmp to the next comparison
    """
    k: Code
    c: CodeP = cython.address(k)
    link: cython.int = new_site(d, SITE_LINK, d.rip)
    other: cython.int = new_site(d, SITE_OTHER, d.rip)
    wide: cython.bint = not fits32(d.rip)
    there: u8p
    mine: u8p
    k.start = k.at = d.code
    if after:
        put_return_address(c, after)
    if wide:
        spill(c, slot_spill1, R11)
    if quick_loop:
        subtract(c, d.rip - 1)
        there = short_jump(c, 0xE2)
    else:
        subtract(c, d.rip)
        mine = short_jump(c, 0xE3)
        there = short_jump(c, 0xEB)
        land(c, mine)
    unspill(c, slot_spill0, RCX)
    if wide:
        unspill(c, slot_spill1, R11)
    jump_to_site(c, d, link)
    land(c, there)
    subtract(c, -d.rip)
    if wide:
        unspill(c, slot_spill1, R11)
    jump_to_site(c, d, other)
    write_stub(c, d, link)
    d.size = here(c)


def write_way_in(d, kind):
    k: Code
    k.start = k.at = d.code
    c: CodeP = cython.address(k)
    begin_with_way_in(c, d, kind)
    write_stub(c, d, linked_jump(c, d, d.rip))
    d.size = here(c)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def begin_with_way_in(k: CodeP, d: DraftP, kind: cython.int) -> cython.void:
    """
        other: lea rcx, [rcx+address]; jmp next way in
        mov [rsp-8], rcx (for returns); lea rcx, [rcx-address+1]; loop other
        mov rcx, fs:[spill]; mov r11, fs:[spill+8]
    """
    site: cython.int = new_site(d, kind, d.rip)
    other: u8p = k.at
    ask_next(k, d, site)
    d.sites[site].stub = here(k)
    if kind == SITE_RETURN:
        store64(k, 0, RSP, -8, RCX)
    check_address(k, d.rip, other)
    unborrow(k)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def fill(k: CodeP, count: cython.int) -> cython.void:
    """`count` bytes that do nothing, in as few instructions as can be."""
    i: cython.int
    n: cython.int
    while count > 0:
        n = 8 if count > 8 else count
        if n >= 4:  # nop [rax+disp], by the size of ModRM, SIB and displacement
            i = n
            if n == 6:
                byte(k, 0x66)
                i = 5
            byte(k, 0x0F)
            byte(k, 0x1F)
            if i == 4:
                byte(k, 0x40)
            elif i == 5:
                byte(k, 0x44)
                byte(k, 0)
            elif i == 7:
                byte(k, 0x80)
            else:
                byte(k, 0x84)
                byte(k, 0)
            byte(k, 0)
            if i >= 7:
                byte(k, 0)
                byte(k, 0)
                byte(k, 0)
        else:
            for i in range(n - 1):  # noqa: B007 - a typed counter
                byte(k, 0x66)
            byte(k, 0x90)
        count -= n


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def align_head(w: WorkP, guest: cython.int) -> cython.void:
    """Keep a loop from lying across more cache lines than it must."""
    k: CodeP = cython.address(w.k)
    i: cython.int
    at: cython.int = cython.cast(cython.int, (w.d.origin + here(k)) & 63)
    for i in range(w.heads):
        if w.head[i].guest == guest and at:
            if w.head[i].length > 64:
                fill(k, -at & 31)
            elif at + w.head[i].length > 64:
                fill(k, 64 - at)
            return


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def find_heads(w: WorkP) -> cython.void:
    """Loops of what has been translated, jumps back to instructions of the unit; none if all lie well."""
    d: DraftP = w.d
    i: cython.int
    j: cython.int = 0
    offset: u64
    at: cython.int
    badly: cython.bint = False
    w.heads = 0
    for i in range(d.site_count):
        offset = d.sites[i].target - d.rip
        if d.sites[i].kind != SITE_LINK or offset >= d.guest_bytes or w.heads == MOST_HEADS:
            continue
        for j in range(d.boundary_count):
            if d.boundaries[j].guest == offset:
                break
        if d.boundaries[j].guest == offset and d.boundaries[j].host < d.sites[i].patch:
            w.head[w.heads].guest = cython.cast(cython.int, offset)
            w.head[w.heads].length = d.sites[i].patch + 4 - d.boundaries[j].host
            at = cython.cast(cython.int, (d.origin + d.boundaries[j].host) & 63)
            badly |= at & 31 != 0 if w.head[w.heads].length > 64 else at + w.head[w.heads].length > 64
            w.heads += 1
    if not badly:
        w.heads = 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def indirect(w: WorkP, call: cython.bint) -> cython.bint:
    """JMP or CALL through a register or memory; False: interpret it."""
    k: CodeP = cython.address(w.k)
    start: u8p = k.at
    c: CallSiteP
    borrow(k, cython.address(w.g), RCX)
    if not load_target(k, cython.address(w.g)):
        k.at = start
        return False
    began: cython.int = cython.cast(cython.int, cython.cast(u64, start) - cython.cast(u64, k.start))
    if w.d.busy[busy_slot(w.g.rip)] == w.g.rip:
        if call:
            c = new_call(w, CALL_BY_TABLE)
            c.began = began
            call_near(w, c)
        else:
            jump_by_table(k, w.d, began, 0)
        return True
    c = new_call(w, CALL_INDIRECT if call else JUMP_INDIRECT)
    c.began = began
    c.indirect = new_site(w.d, SITE_CALLS if call else SITE_JUMPS, w.g.rip)
    w.d.sites[c.indirect].length = w.g.insn.length
    if call:
        call_near(w, c)
        w.d.sites[c.indirect].patch = c.word
    else:
        jump_to_site(k, w.d, c.indirect)
        c.word = w.d.sites[c.indirect].patch
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def new_call(w: WorkP, kind: cython.int) -> CallSiteP:
    c: CallSiteP = cython.address(w.call[w.calls])
    w.calls += 1
    c.kind = kind
    c.target = 0
    c.after = w.g.next
    return c


# -- units -----------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def mark(w: WorkP, host: cython.int, guest: u64) -> cython.void:
    """A boundary, with what the instruction's code said of itself."""
    b: BoundaryP = cython.address(w.d.boundaries[w.d.boundary_count])
    b.host = host
    b.guest = cython.cast(u16, guest)
    b.spilled = w.g.spilled
    b.fix = w.g.fix
    w.d.boundary_count += 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def compare_bytes(w: WorkP, length: cython.int) -> cython.void:
    """Leave if the guest's code is no longer as it was.

        mov r11, -bytes; mov rcx, gs:[address]; lea rcx, [rcx+r11]; jrcxz same; leave
    """
    k: CodeP = cython.address(w.k)
    d: DraftP = w.d
    i: cython.int = 0
    n: cython.int
    value: u64
    same: u8p
    borrow_both(k, cython.address(w.g))
    while i < length:
        n = 8 if length - i >= 8 else 4 if length - i >= 4 else 2 if length - i >= 2 else 1
        value = 0
        memcpy(cython.address(value), d.bytes + i, n)
        set_register(k, RCX, d.rip + i)
        byte(k, GS_PREFIX)
        if n == 8:
            byte(k, 0x48)
        if n >= 4:
            byte(k, 0x8B)
        else:  # movzx
            byte(k, 0x0F)
            byte(k, 0xB7 if n == 2 else 0xB6)
        memory(k, RCX, RCX, NONE, 0, 0)
        set_register(k, R11, -value)
        lea(k, RCX, RCX, R11, 0, 0)
        same = short_jump(k, 0xE3)
        unborrow(k)
        leave_here(k, d, SITE_STALE, d.rip)
        land(k, same)
        i += n
    unborrow(k)
    mark(w, 0, 0)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def translate_one(w: WorkP, action: cython.int) -> cython.bint:
    """One instruction; True when the unit goes on behind it."""
    k: CodeP = cython.address(w.k)
    g: GuestP = cython.address(w.g)
    insn: InsnP = cython.address(g.insn)
    target: u64 = g.next + insn.imm
    call: CallSiteP
    done: cython.bint = False
    if action == COPY:
        done = copy_instruction(k, g)
    elif action == CONDITIONAL_JUMP:
        conditional_jump(w, target)
        return True
    elif action == CALL_NEAR:
        if insn.op[0].kind == O_REL:
            call = new_call(w, CALL_DIRECT)
            call.target = target
            call_near(w, call)
            return True
        done = indirect(w, True)
    elif action == JUMP:
        if insn.op[0].kind == O_REL:
            linked_jump(k, w.d, target)
            return False
        if indirect(w, False):
            return False
    elif action == RETURN_NEAR:
        if insn.operands == 0:
            return_near(w)
            return False
    elif action == NOTHING:
        return True
    elif action == LOAD_ADDRESS:
        done = load_address(k, g)
    elif action == LEAVE_FRAME:
        done = leave_frame(k, g)
    elif action == COPY_STRING:
        done = copy_string(k, g)
    elif action == LOOP_JUMP:
        loop_jump(w, target)
        return True
    elif action == SYSTEM_CALL:
        leave_here(k, w.d, SITE_SYSCALL, g.next)
        return True
    if not done:
        g.spilled = g.fix = 0
        leave_here(k, w.d, SITE_INTERPRET, g.rip)
    return action != STOP and action != JUMP and action != RETURN_NEAR


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_avoided(d: DraftP, rip: u64) -> cython.bint:
    low: u32 = 0
    high: u32 = d.avoided_count
    middle: u32
    while low < high:
        middle = (low + high) >> 1
        if d.avoided[middle] < rip:
            low = middle + 1
        else:
            high = middle
    return low < d.avoided_count and d.avoided[low] == rip


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def action_for(d: DraftP, g: GuestP) -> cython.int:
    insn: InsnP = cython.address(g.insn)
    action: cython.int = rule[insn.id]
    i: cython.int
    if interpret_from <= g.rip < interpret_to or traits[insn.id] & FOREIGN or insn.map >= 8:  # XOP
        return INTERPRET
    if d.avoided_count and is_avoided(d, g.rip):
        return INTERPRET
    if action == INTERPRET and not insn.prefixes & P_EVEX:
        for i in range(insn.operands):
            if O_XMM <= insn.op[i].kind <= O_MMX:
                return COPY
    return action


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def translate_body(w: WorkP) -> cython.void:
    d: DraftP = w.d
    k: CodeP = cython.address(w.k)
    g: GuestP = cython.address(w.g)
    most: cython.int = CHECKED_MOST if d.checked and d.most > CHECKED_MOST else d.most
    at: cython.int = 0
    length: cython.int
    began: cython.int
    going_on: cython.bint = True
    g.membase = d.membase
    while going_on:
        if (d.instructions >= most or d.site_count > MOST_SITES - SITES_SPARE - w.calls
                or here(k) > CODE_ROOM - ADDRESS_ROOM):
            break
        length = decode(d.bytes + at, d.available - at, 64, cython.address(g.insn))
        if length <= 0:
            break
        g.raw = d.bytes + at
        g.rip = d.rip + at
        g.next = g.rip + length
        g.spilled = g.fix = 0
        align_head(w, at)
        began = here(k)
        if at == 0:
            d.entry = 0 if d.checked else began
        going_on = translate_one(w, action_for(d, g))
        mark(w, began, at)
        at += length
        d.instructions += 1
        if d.checked and going_on and writes_memory(cython.address(g.insn)):
            break
    d.guest_bytes = at
    if going_on and at:
        linked_jump(k, d, d.rip + at)


def translate_unit(d):
    w: Work
    k: CodeP = cython.address(w.k)
    i: cython.int
    length: cython.int
    w.d = d
    w.calls = w.heads = 0
    k.start = k.at = d.code
    if d.way_in and not d.checked:
        begin_with_way_in(k, d, d.way_in)
    translate_body(cython.address(w))
    if d.guest_bytes == 0:
        return False
    if not d.checked:
        find_heads(cython.address(w))
    if d.checked or w.heads:  # again, now that it is known how much there is to compare, and where it turns
        length = d.guest_bytes
        d.instructions = d.boundary_count = d.site_count = w.calls = 0
        k.at = k.start
        if d.checked:
            compare_bytes(cython.address(w), length)
        elif d.way_in:
            begin_with_way_in(k, d, d.way_in)
        translate_body(cython.address(w))
    for i in range(w.calls):
        finish_call(cython.address(w), cython.address(w.call[i]))
    for i in range(d.site_count):
        if d.sites[i].kind == SITE_LINK:
            write_stub(k, d, i)
    d.size = here(k)
    return True
