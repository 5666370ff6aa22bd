# The ways between compiled code and translated code.

from blinkenlights.core.hostcpu cimport *
from blinkenlights.jit.cache cimport *
from blinkenlights.jit.x86_64.assemble cimport *
from blinkenlights.jit.x86_64.thread cimport *

# Enter translated code at `target` with the guest's registers; returns the number of the site it
# was left at.
ctypedef u32 (*Enter)(Cpu *c, u64 target) noexcept nogil

cdef i32 slot_cpu, slot_rsp, slot_spill0, slot_spill1, slot_pc, slot_site, slot_rax, slot_target
cdef i32 slot_fs, slot_gs, slot_origin

cdef enum:
    FROM_CALL = 0x80000000U

cdef extern from *:
    """
    #define host_has_avx() host_cpu_has(AVX, "avx")
    """
    bint host_has_avx() nogil

ctypedef Ways *WaysP

cdef void emit_common(Cache *cache, u64 origin) noexcept nogil

# -- pieces that translated code is made of ------------------------------------------------------

cdef inline void spill(Code *k, i32 slot, int reg) noexcept nogil:
    """mov fs:[slot], reg"""
    store64(k, FS_PREFIX, NONE, slot, reg)

cdef inline void unspill(Code *k, i32 slot, int reg) noexcept nogil:
    load64(k, FS_PREFIX, reg, NONE, slot)

cdef inline void jump_to(Code *k, u64 origin, u64 target) noexcept nogil:
    byte(k, 0xE9)
    word(k, <u32>(target - (origin + here(k) + 4)))

cdef inline void leave_at(Code *k, u64 origin, u64 leave, u32 site) noexcept nogil:
    """mov dword fs:[exit_site], site; jmp leave"""
    byte(k, FS_PREFIX)
    byte(k, 0xC7)
    memory(k, 0, NONE, NONE, 0, slot_site)
    word(k, site)
    jump_to(k, origin, leave)
