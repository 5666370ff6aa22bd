"""Per-thread state of translated code."""

import cython


def thread_slots():
    return cython.cast(ThreadSlotsP, slots_here_())


def slots_distance():
    return distance_()
