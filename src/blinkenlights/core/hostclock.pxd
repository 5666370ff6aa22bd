# The functions of the host's vDSO, as code that a guest may run where it is.

from blinkenlights.core.blocks cimport allow_host_code
from blinkenlights.core.memory cimport AddressSpace
from blinkenlights.core.state cimport *

cdef enum:
    PT_LOAD = 1
    PROGRAM_HEADERS = 32  # e_phoff
    HEADER_SIZE = 54  # e_phentsize
    HEADER_COUNT = 56  # e_phnum

cdef extern from "<sys/auxv.h>" nogil:
    unsigned long getauxval(unsigned long kind)
    unsigned long AT_SYSINFO_EHDR

cdef extern from "<dlfcn.h>" nogil:
    void *dlopen(const char *name, int mode)
    void *dlsym(void *library, const char *name)
    int RTLD_LAZY, RTLD_NOLOAD

ctypedef void *voidp
