# ELF files for execve without Python.

from libc.string cimport memcmp, memset

from blinkenlights.core.state cimport *
from blinkenlights.core.cutting cimport note_code_file
from blinkenlights.core.paging cimport PROT_X, SpaceP, acquire, release
from blinkenlights.core.host cimport (MAP_ANONYMOUS, MAP_FAILED, MAP_FIXED, MAP_NORESERVE, MAP_PRIVATE, mmap,
                                      voidp)
from blinkenlights.core.quick cimport ProcessInfoP, close
from blinkenlights.core.memory cimport LOW_TOP, carve_areas, free_range, host_protection, insert_area

cdef enum:
    MOST_SEGMENTS = 16
    LONGEST_PATH = 4096
    HEAD = 4096  # bytes of a file in which its program headers must be

cdef enum:  # elf(5)
    ET_EXEC = 2
    ET_DYN = 3
    EM_X86_64 = 62
    PT_LOAD = 1
    PT_INTERP = 3
    PT_PHDR = 6
    PT_GNU_STACK = 0x6474E551
    PF_X = 1
    PF_W = 2
    PF_R = 4

cdef struct Segment:  # a PT_LOAD entry
    u64 offset
    u64 address
    u64 file_size
    u64 memory_size
    int prot

cdef struct File:  # an ELF file that is going to be mapped
    int fd
    u64 size
    u64 device
    u64 inode
    int type
    u64 entry
    u64 align
    u64 phdr  # address of the program headers in memory
    int phnum
    bint executable_stack
    int count
    Segment segments[MOST_SEGMENTS]
    u64 bias

ctypedef Segment *SegmentP
ctypedef File *FileP

cdef int open_program(char *path, FileP f) noexcept nogil
cdef bint read_elf(FileP f, u64 limit, char *interpreter) noexcept nogil
cdef u64 first_page(FileP f) noexcept nogil
cdef u64 end_of(FileP f) noexcept nogil
cdef u64 place(SpaceP s, FileP f, u64 top, bint low) noexcept nogil
cdef bint map_area(SpaceP s, u64 start, u64 end, int prot, int flags, int fd, u64 offset,
                   int info) noexcept nogil
cdef bint map_zeros(SpaceP s, u64 start, u64 end, int prot, int info) noexcept nogil
cdef bint map_file(SpaceP s, ProcessInfoP process, FileP f) noexcept nogil

cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <errno.h>
    #include <fcntl.h>
    #include <sys/stat.h>
    #include <unistd.h>
    """
    int errno
    int open_file "open"(const char *path, int flags) nogil
    long pread(int fd, void *to, size_t n, long offset) nogil
    struct stat_t "stat":
        u32 st_mode
        u64 st_size
        u64 st_dev
        u64 st_ino
    int fstat(int fd, stat_t *status) nogil
    int stat_file "stat"(const char *path, stat_t *status) nogil
    int faccessat(int directory, const char *path, int mode, int flags) nogil
    int O_RDONLY, O_CLOEXEC, O_NONBLOCK, S_IFREG, S_IFMT, X_OK, AT_EACCESS, AT_FDCWD, EACCES
