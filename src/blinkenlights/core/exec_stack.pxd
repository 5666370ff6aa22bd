# What a new program finds in memory besides its files, for execve without Python.

from libc.string cimport memcpy

from blinkenlights.core.state cimport *
from blinkenlights.core.exec_elf cimport LONGEST_PATH, FileP, map_area, map_zeros
from blinkenlights.core.host cimport (MAP_ANONYMOUS, MAP_FAILED, MAP_FIXED, MAP_PRIVATE, PROT_NONE, PROT_READ,
                                      PROT_WRITE, SYS_getegid, SYS_geteuid, SYS_getgid, SYS_getrandom, SYS_getuid,
                                      c_syscall, mmap, mprotect, voidp)
from blinkenlights.core.memory cimport free_range, protect_areas
from blinkenlights.core.paging cimport SpaceP, acquire, release
from blinkenlights.core.quick cimport (NR_GETEGID, NR_GETEUID, NR_GETGID, NR_GETRANDOM, NR_GETUID, ProcessInfoP)

cdef enum:
    MOST_STRINGS = 8192  # arguments and environment, together
    MOST_TEXT = 1 << 17  # bytes of them

cdef enum:  # getauxval(3)
    AT_PHDR = 3
    AT_PHENT = 4
    AT_PHNUM = 5
    AT_BASE = 7
    AT_ENTRY = 9
    AT_UID = 11
    AT_EUID = 12
    AT_GID = 13
    AT_EGID = 14
    AT_PLATFORM = 15
    AT_RANDOM = 25
    AT_EXECFN = 31
    AT_SYSINFO_EHDR = 33

# Arguments, environment, and the file's name as execve was given it; untouched pages cost nothing.
cdef struct Strings:
    int argc
    int count
    u64 used  # bytes of text
    u32 lengths[MOST_STRINGS]  # without the NUL behind each
    char text[MOST_TEXT]

# What Python must hear of the program that runs since.
cdef struct News:
    u64 entry
    u64 load_bias
    u64 code_start
    u64 code_end
    u64 data_start
    u64 data_end
    u64 stack_start
    u64 arg_start
    u64 env_start
    u64 device
    u64 inode
    int path_length
    char path[LONGEST_PATH]

ctypedef Strings *StringsP
ctypedef News *NewsP

cdef bint build_stack(Cpu *c, ProcessInfoP process, FileP program, u64 base, StringsP given,
                      NewsP news) noexcept nogil
cdef void write_card(ProcessInfoP process, StringsP given, NewsP news) noexcept nogil
