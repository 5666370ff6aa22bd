# Locked operations on guest memory, by the host's own.

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
    #endif
    """
    # 16 bytes, aligned: `old` receives what was there
    bint blink_cas16(u64 *p, u64 *old, const u64 *new_) nogil
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

cdef inline bint cas(u8 *p, int size, u64 old, u64 new) noexcept nogil:
    """Replace `old` by `new` if it is still there."""
    if size == 8:
        return cas_8(<u64 *>p, old, new)
    if size == 4:
        return cas_4(<u32 *>p, <u32>old, <u32>new)
    if size == 2:
        return cas_2(<u16 *>p, <u16>old, <u16>new)
    return cas_1(p, <u8>old, <u8>new)
