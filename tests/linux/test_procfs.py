"""/proc/self shows the guest and not Python."""

import pytest

ENVIRONMENT = {"TEST_ONE": "1", "TEST_TWO": "two words"}



@pytest.mark.parametrize("toolchain", ["static-musl", "static-glibc", "dynamic-glibc", "static-pie"])
def test_proc_self(guest, same_as_native, toolchain):
    outcome = same_as_native([guest("procfs.c", toolchain), "one", "two"], env=ENVIRONMENT)
    assert outcome.status == 0


@pytest.mark.parametrize("script", [
    "readlink /proc/self/exe",
    "cat /proc/self/cmdline | tr '\\0' ' '",
    "cat /proc/self/comm",
    "cat /proc/self/environ | tr '\\0' '\\n' | sort",
    "head -1 /proc/$$/status",
    "cut -d' ' -f2 /proc/$$/stat",
    "ls /proc/self/task | wc -l",
    "ls -l /proc/self/ | grep -c exe",
    "grep -c python /proc/self/maps",
    "test -e /proc/self/exe && echo there; test -x /proc/$$/exe && echo can run",
])
def test_through_the_shell(program, same_as_native, script):
    same_as_native([program("sh"), "-c", script])


def test_kernel_release(program, blink):
    outcome = blink([program("cat"), "/proc/sys/kernel/osrelease"])
    assert outcome.text == blink([program("uname"), "-r"]).text
    assert outcome.text.startswith("4.0")
