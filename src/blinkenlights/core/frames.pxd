# Signal frames, written and read without Python (linux/signal.py has every case of them).

from blinkenlights.core.access cimport get_rflags
from blinkenlights.core.engine cimport Processor
from blinkenlights.core.execute.fxsave cimport area_size, reset_fpu, xrstor_image, xsave_image
from blinkenlights.core.host cimport careful_copy, voidp
from blinkenlights.core.paging cimport SpaceP
from blinkenlights.core.state cimport *

# struct ucontext of x86-64 and what surrounds it in struct rt_sigframe: the handler's return address
# before, siginfo_t behind.
cdef struct Frame:
    u64 restorer
    u64 uc_flags
    u64 uc_link
    u64 ss_sp
    u32 ss_flags
    u32 ss_padding
    u64 ss_size
    u64 registers[16]  # in the order of sigcontext
    u64 rip
    u64 rflags
    u16 cs
    u16 gs
    u16 fs
    u16 ss
    u64 error_code
    u64 trap
    u64 old_mask
    u64 fault_address
    u64 state  # where the floating-point state is
    u64 reserved[8]
    u64 mask
    u8 info[128]

# Bytes of an XSAVE area that the kernel uses to describe it (struct _fpx_sw_bytes).
cdef struct SoftwareBytes:
    u32 magic
    u32 extended_size
    u64 components
    u32 size

cdef enum:
    LEGACY_SIZE = 512
    SW_RESERVED = 464
    LARGEST_AREA = 832
    MAGIC1 = 0x46505853
    MAGIC2 = 0x46505845
    USER_CS = 0x33
    USER_SS = 0x2B

ctypedef SoftwareBytes *SoftwareBytesP

from libc.string cimport memcpy, memset
