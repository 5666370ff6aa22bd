"""Calls that change who the process is or where its root is.

They may put this package's own files out of reach, so everything that is imported on first use is
imported before.
"""

from blinkenlights.linux.abi import implementation, string
from blinkenlights.tables.syscalls import BY_NUMBER, SYSCALLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.task import Task

PIVOT_ROOT, CHROOT = 155, 161

_ready = False


def prepare() -> None:
    """Import every module that a system call may need later."""
    global _ready
    if _ready:
        return
    _ready = True
    from blinkenlights.core import execute

    execute.load_all()
    for name in ("log", "procfs"):
        __import__(f"blinkenlights.linux.{name}")
    for row in SYSCALLS:
        try:
            implementation(row)
        except (ImportError, AttributeError):
            continue


def _prepared(number: int) -> "Callable[..., int]":
    def call(task: "Task", a: int = 0, b: int = 0, c: int = 0) -> int:
        prepare()
        return task.host(number, a, b, c)

    call.__name__ = f"sys_{BY_NUMBER[number][1]}"
    return call


sys_setuid = _prepared(105)
sys_setgid = _prepared(106)
sys_setreuid = _prepared(113)
sys_setregid = _prepared(114)
sys_setresuid = _prepared(117)
sys_setresgid = _prepared(119)
sys_setfsuid = _prepared(122)
sys_setfsgid = _prepared(123)
sys_unshare = _prepared(272)
sys_setns = _prepared(308)


def sys_chroot(task: "Task", path: int) -> int:
    prepare()
    space = task.space
    return task.host(CHROOT, space.pointer(path, len(string(space, path)) + 1))


def sys_pivot_root(task: "Task", new: int, old: int) -> int:
    prepare()
    space = task.space
    return task.host(
        PIVOT_ROOT,
        space.pointer(new, len(string(space, new)) + 1),
        space.pointer(old, len(string(space, old)) + 1),
    )
