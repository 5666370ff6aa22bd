"""Halving bytes, as often as wanted, by a filter that keeps what is seen of patterns.

A byte that results stands for two, weighed with their neighbours by 1 3 3 1 (a binomial filter, the
usual choice for pyramids of pictures), so that fine patterns become grey rather than flicker.
"""

import cython


def halve(data, n):
    """In place: `n` bytes become `n // 2`."""
    i: cython.Py_ssize_t
    left: cython.uint
    right: cython.uint
    half: cython.Py_ssize_t = n // 2
    for i in range(half):
        left = data[2 * i - 1] if i else data[0]
        right = data[2 * i + 2] if 2 * i + 2 < n else data[2 * i + 1]
        data[i] = (left + 3 * data[2 * i] + 3 * data[2 * i + 1] + right + 4) >> 3


def decimate(data: bytearray, steps: int) -> bytes:
    """`data`, whose length is a multiple of `1 << steps`, in as many halvings. It is used up."""
    view: cython.uchar[::1] = data
    n: cython.Py_ssize_t = len(data)
    count: cython.int = steps
    if n:
        with cython.nogil:
            while count > 0:
                halve(cython.address(view[0]), n)
                n //= 2
                count -= 1
    return bytes(data[:n])
