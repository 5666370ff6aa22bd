# The run loop with translated code.

from blinkenlights.core.hostcpu cimport *
from blinkenlights.core.access cimport get_status, set_status
from blinkenlights.core.blocks cimport single
from blinkenlights.core.direct cimport made_directly
from blinkenlights.core.engine cimport recover, run_loop, run_translated_by
from blinkenlights.core.fpcontrol cimport MXCSR_MASKS, enter_guest_fp, leave_guest_fp, resume_guest_fp
from blinkenlights.core.host cimport sigsetjmp, use_signal_stack
from blinkenlights.core.hostfpu cimport bring_x87_home, load_x87, place_x87_pointers_by
from blinkenlights.core.memory cimport AddressSpace
from blinkenlights.jit.cache cimport *
from blinkenlights.jit.x86_64.common cimport FROM_CALL, Enter
from blinkenlights.jit.x86_64.assemble cimport RSP
from blinkenlights.jit.x86_64.rules cimport NO_X87_NEEDED, traits
from blinkenlights.jit.x86_64.thread cimport ThreadSlotsP, thread_slots
from blinkenlights.jit.x86_64.translate cimport (interpret_range, jump_slot, return_slot, look_at_host, translate_unit,
                                                 write_comparison, write_way_in)
from blinkenlights.jit.x86_64 cimport common as ways

cdef void run_translated(Cpu *c) noexcept nogil
cdef void place_pointers(Cpu *c) noexcept nogil

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__linux__)
    #include <sys/syscall.h>
    #include <unistd.h>
    static int set_gs_base(unsigned long base) { return (int)syscall(SYS_arch_prctl, 0x1001, base); }
    static int host_is_able(void) { return host_cpu_has(SSE4_2, "sse4.2"); }
    #else
    static int set_gs_base(unsigned long base) { (void)base; return -1; }
    static int host_is_able(void) { return 0; }
    #endif
    static __thread unsigned long gs_base_;
    """
    int set_gs_base(u64 base) nogil
    bint host_is_able() nogil
    u64 gs_base_
    bint swap_if "__sync_bool_compare_and_swap"(u64 *, u64, u64) nogil
