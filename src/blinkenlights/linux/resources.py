"""Resource limits. Those on memory bind the guest and are kept here: Python has needs of its own."""

from blinkenlights.core.quick import limit_of
from blinkenlights.linux.abi import EINVAL, EPERM, ESRCH, s32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Process, Task

PRLIMIT64 = 302
RLIMIT_DATA, RLIMIT_STACK, RLIMIT_NOFILE, RLIMIT_AS = 2, 3, 7, 9
KEPT = frozenset((RLIMIT_DATA, RLIMIT_STACK, RLIMIT_AS))
NLIMITS = 16
INFINITY = (1 << 64) - 1
FEW_FILES = 64  # a limit below this may keep Python from opening its own modules
CAP_SYS_RESOURCE = 24


def limit(process: "Process", number: int) -> tuple[int, int]:
    """The guest's soft and hard limit; at first the host's own."""
    kept = process.limits.get(number)
    if kept is None:
        kept = process.limits[number] = limit_of(number)
    return kept


def may_raise() -> bool:
    """Whether the process may raise hard limits (CAP_SYS_RESOURCE)."""
    with open("/proc/self/status", "rb") as status:  # noqa: PTH123 - pathlib is slow to import
        for line in status:
            if line.startswith(b"CapEff:"):
                return bool(int(line.split()[1], 16) >> CAP_SYS_RESOURCE & 1)
    return False


def _set(process: "Process", number: int, soft: int, hard: int) -> int:
    if soft > hard:
        return -EINVAL
    if hard > limit(process, number)[1] and not may_raise():
        return -EPERM
    process.limits[number] = (soft, hard)
    process.keep_limits()
    if number == RLIMIT_STACK:
        process.stack_limited = True
    else:
        process.set_limited(True)
    return 0


def sys_getrlimit(task: "Task", number: int, old: int) -> int:
    return sys_prlimit64(task, 0, number, 0, old)


def sys_setrlimit(task: "Task", number: int, new: int) -> int:
    return sys_prlimit64(task, 0, number, new, 0)


def sys_prlimit64(task: "Task", pid: int, number: int, new: int, old: int) -> int:
    space = task.space
    process = task.process
    number &= 0xFFFF_FFFF
    own = s32(pid) in (0, process.pid) or s32(pid) in process.tasks
    if number >= NLIMITS:
        return -EINVAL
    if number not in KEPT or not own:
        if number in KEPT and task.host(62, pid, 0) == -ESRCH:
            return -ESRCH
        if number == RLIMIT_NOFILE and new and space.u64(new) < FEW_FILES:
            from blinkenlights.linux.credentials import prepare

            prepare()
        return task.host(PRLIMIT64, pid, number, space.pointer(new, 16), space.pointer(old, 16, True))
    soft, hard = limit(process, number)
    if new:
        result = _set(process, number, space.u64(new), space.u64(new + 8))
        if result:
            return result
    if old:
        space.put_u64(old, soft)
        space.put_u64(old + 8, hard)
    return 0
