# Executable memory that is never writable: one memory file mapped twice, to run and to write.
#
# A third, private copy of all that was written is inherited over fork, from which a child makes
# mappings of its own before it first runs translated code; until then it has none.

from blinkenlights.core.state cimport *

cdef struct CodeMemory:
    u8 *run  # read and execute; in the host's low 2 GiB, so that code can name addresses in 32 bits
    u8 *write  # the same memory, read and write
    u8 *master  # the private copy
    u64 size
    u64 filled[2]  # bytes from the start of either half that have been written
    u8 large[2]  # the master has large pages from some place on
    u64 ready  # offset up to which pages are there already, in the half being filled
    u64 *here  # 1 where the mappings exist; the kernel zeroes it in a child

ctypedef CodeMemory *CodeMemoryP
ctypedef void *voidp

cdef enum:
    LARGE_FROM = 1 << 20  # bytes in use from which on a table has large pages; small programs need few of any kind

# False where the host refuses.
cdef bint reserve(CodeMemory *m, u64 size) noexcept nogil
# Make the mappings in a child of a fork; False where the host refuses.
cdef bint deploy(CodeMemory *m) noexcept nogil
cdef void give_back(CodeMemory *m) noexcept nogil
cdef void put_code(CodeMemory *m, u64 offset, const void *code, u64 length) noexcept nogil
# Replace four bytes at once, in code that others may be running. They don't cross a cache line.
cdef void put_word(CodeMemory *m, u64 offset, u32 value) noexcept nogil

# Zeroed memory in the host's low 2 GiB, not executable; NULL where the host refuses.
cdef void *low_memory(u64 size) noexcept nogil

# Zero memory of a mapping of its own, without copying pages that a parent shares.
cdef void clear_memory(void *at, u64 size) noexcept nogil
# Have the kernel use large pages in what is still untouched of a mapping: for what has proven to grow.
cdef void use_large_pages(void *at, u64 size) noexcept nogil
# Fill whole pages with a word, likewise.
cdef void fill_memory(void *at, u64 size, u32 value) noexcept nogil

cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <sys/mman.h>
    #ifndef MAP_32BIT
    #define MAP_32BIT 0
    #endif
    #ifndef MADV_POPULATE_WRITE
    #define MADV_POPULATE_WRITE 23
    #endif
    #ifndef MADV_POPULATE_READ
    #define MADV_POPULATE_READ 22
    #endif
    #ifndef MADV_HUGEPAGE
    #define MADV_HUGEPAGE 14
    #endif
    #ifndef MADV_WIPEONFORK
    #define MADV_WIPEONFORK 18
    #endif
    """
    void *mmap(void *address, size_t length, int prot, int flags, int fd, long offset) nogil
    int munmap(void *address, size_t length) nogil
    int madvise(void *address, size_t length, int advice) nogil
    int mprotect(void *address, size_t length, int prot) nogil
    void *mremap(void *old, size_t old_size, size_t size, int flags, void *place) nogil
    int PROT_READ, PROT_WRITE, PROT_EXEC, PROT_NONE, MAP_PRIVATE, MAP_SHARED, MAP_ANONYMOUS, MAP_FIXED
    int MAP_NORESERVE, MAP_32BIT, MADV_WIPEONFORK, MREMAP_MAYMOVE, MREMAP_FIXED
    int MADV_HUGEPAGE, MADV_DONTNEED, MADV_POPULATE_READ, MADV_POPULATE_WRITE
    void *MAP_FAILED
