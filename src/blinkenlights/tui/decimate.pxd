cdef void halve(unsigned char *data, Py_ssize_t n) noexcept nogil
