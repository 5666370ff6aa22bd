"""Memory maps, the heap and shared memory."""

import subprocess
import sys

import pytest

from tests.runner import environment


@pytest.mark.parametrize("toolchain", ["static-musl", "dynamic-glibc"])
def test_memory_calls_answer_as_natively(guest, same_as_native, toolchain):
    assert same_as_native([guest("memory.c", toolchain)]).status == 0


def test_memory_calls_with_virtualised_memory(guest, blink, native):
    expected = native([guest("memory.c")])
    actual = blink([guest("memory.c")], flags=["-jm"])
    assert (actual.status, actual.text) == (expected.status, expected.text)


def test_limit_on_address_space_binds_the_guest_only(program, same_as_native):
    same_as_native([program("sh"), "-c", "ulimit -v 3000000; ulimit -v; echo still here"])


# Where the stack may grow without end, Linux places mappings upwards from the middle of the address space.
LAYOUT = """
import ctypes, mmap
from blinkenlights.core.memory import AddressSpace, leave_holes
space = AddressSpace()
safe = leave_holes(space)
place = 0x10000000
space.map(place, 1 << 32, 3, 0x4022)
space.unmap(place, 1 << 32)
mapped = [mmap.mmap(-1, 1 << 24) for _ in range(64)]
places = [ctypes.addressof(ctypes.c_char.from_buffer(m)) for m in mapped]
print(safe, any(space.base <= at < space.base + space.size for at in places))
"""


@pytest.mark.parametrize("stack", ["8192", "unlimited"])
def test_nothing_of_the_host_lands_where_the_guest_unmapped(tmp_path, stack):
    command = ["sh", "-c", f'ulimit -s {stack} || exit 77; exec "$0" -c "$1"', sys.executable, LAYOUT]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, timeout=60)
    if done.returncode == 77:
        pytest.skip(f"this host doesn't allow a stack of {stack}")
    assert done.stdout.split()[1:] == ["False"], done.stderr
    assert stack != "unlimited" or done.stdout.split()[0] == "False"
