"""Ports for programs under test: text on 0xe9, the end by 0xf4."""

from collections.abc import Callable


class Console:
    """Port 0xe9: what is written is text for whoever runs the machine; it reads as 0xe9, to be known by."""

    def __init__(self, say: Callable[[bytes], None]) -> None:
        self.say = say

    def read(self, port: int) -> int:
        return 0xE9

    def write(self, port: int, value: int) -> None:
        self.say(bytes([value]))


class DebugExit:
    """Port 0xf4, as qemu's isa-debug-exit: the value v ends the machine with status 2v + 1."""

    def __init__(self, end: Callable[[int], None]) -> None:
        self.end = end

    def read_wide(self, port: int, size: int) -> int:
        return 0

    def write_wide(self, port: int, size: int, value: int) -> None:
        self.end((value << 1 | 1) & 0xFF)
