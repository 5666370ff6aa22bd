# Locked operations on guest memory, by the host's own.

from libc.string cimport memcpy
from blinkenlights.core.state cimport *

cdef extern from *:
    """
    #ifndef BLINKENLIGHTS_ATOMIC
    #define BLINKENLIGHTS_ATOMIC
    #include <stdint.h>
    #include <string.h>
    static inline int blink_cas16(uint64_t *p, uint64_t *old, const uint64_t *new_) {
        unsigned __int128 expected, desired, seen;
        memcpy(&expected, old, 16);
        memcpy(&desired, new_, 16);
        seen = __sync_val_compare_and_swap((unsigned __int128 *)p, expected, desired);
        memcpy(old, &seen, 16);
        return seen == expected;
    }
    #if defined(__x86_64__)
    #define HOST_LOCKS_ANYWHERE 1
    #else
    #define HOST_LOCKS_ANYWHERE 0
    #endif
    #endif
    """
    # 16 bytes, aligned: `old` receives what was there
    bint blink_cas16(u64 *p, u64 *old, const u64 *new_) nogil
    bint HOST_LOCKS_ANYWHERE  # locked operations need not be aligned
    bint cas_1 "__sync_bool_compare_and_swap"(u8 *, u8, u8) nogil
    bint cas_2 "__sync_bool_compare_and_swap"(u16 *, u16, u16) nogil
    bint cas_4 "__sync_bool_compare_and_swap"(u32 *, u32, u32) nogil
    bint cas_8 "__sync_bool_compare_and_swap"(u64 *, u64, u64) nogil

cdef inline u64 peek(u8 *p, int size) noexcept nogil:
    if size == 8:
        return (<volatile u64 *>p)[0]
    if size == 4:
        return (<volatile u32 *>p)[0]
    if size == 2:
        return (<volatile u16 *>p)[0]
    return (<volatile u8 *>p)[0]

cdef inline bint cas_within(u8 *p, int size, u64 old, u64 new) noexcept nogil:
    """For operands anywhere, where the host's must be aligned: the 16 bytes that they lie in are replaced.

    Between two such pieces the operation is not atomic (a "split lock" of x86, which Linux may refuse).
    """
    cdef u8 *unit = <u8 *>(<u64>p & ~<u64>15)
    cdef u64 seen[2]
    cdef u64 wanted[2]
    cdef u64 now = 0
    cdef int at = <int>(<u64>p & 15)
    if size < 8:
        old &= (<u64>1 << (size * 8)) - 1
    if at + size > 16:
        memcpy(&now, p, size)
        if now != old:
            return False
        memcpy(p, &new, size)
        return True
    memcpy(seen, unit, 16)
    while True:
        now = 0
        memcpy(&now, <u8 *>seen + at, size)
        if now != old:
            return False
        memcpy(wanted, seen, 16)
        memcpy(<u8 *>wanted + at, &new, size)
        if blink_cas16(<u64 *>unit, seen, wanted):
            return True

cdef inline bint cas(u8 *p, int size, u64 old, u64 new) noexcept nogil:
    """Replace `old` by `new` if it is still there."""
    if not HOST_LOCKS_ANYWHERE and <u64>p & <u64>(size - 1):
        return cas_within(p, size, old, new)
    if size == 8:
        return cas_8(<u64 *>p, old, new)
    if size == 4:
        return cas_4(<u32 *>p, <u32>old, <u32>new)
    if size == 2:
        return cas_2(<u16 *>p, <u16>old, <u16>new)
    return cas_1(p, <u8>old, <u8>new)
