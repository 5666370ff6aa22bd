"""Which pages of this process the host has something for: /proc/self/pagemap (proc_pid_pagemap(5))."""

import posix

PAGE = 4096
PRESENT_OR_SWAPPED = 0xC0
EXCLUSIVE = 0x01  # mapped by this process alone
ENTRY = 8  # bytes, of which the last one has these flags


def flags(address: int, length: int) -> bytes:
    """A byte for each page of a range of host addresses, with the flags above.

    Raises OSError where the host doesn't tell. The file is opened anew each time: a guest's host thread has
    descriptors of its own, among which a number that was kept would be a file of the guest's, or nothing.
    """
    size = length // PAGE * ENTRY
    fd = posix.open("/proc/self/pagemap", posix.O_RDONLY | posix.O_CLOEXEC)
    try:
        data = posix.pread(fd, size, address // PAGE * ENTRY)
    finally:
        posix.close(fd)
    if len(data) != size:
        raise OSError("the host's page map ends early")
    return data[ENTRY - 1 :: ENTRY]
