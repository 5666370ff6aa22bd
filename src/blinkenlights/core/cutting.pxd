# Files that lose their end while code of theirs is mapped.

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport *

cdef enum:
    MOST_FILES = 512

# A file is mapped to be executed. Any lock may be held.
cdef void note_code_file(int fd) noexcept nogil
# A system call has been made, whose number and arguments the registers still hold: where it cut a file short
# that code was translated from, that is forgotten.
cdef void after_call(Cpu *c, u64 number, long result) noexcept nogil

cdef extern from "sys/stat.h" nogil:
    struct stat_t "stat":
        unsigned long st_dev
        unsigned long st_ino
    int fstat(int fd, stat_t *status)

cdef extern from "fcntl.h" nogil:
    int O_TRUNC
