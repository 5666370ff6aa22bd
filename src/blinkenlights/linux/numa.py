"""Memory policy: calls on ranges of memory, which are the host's own at another address."""

from array import array

from blinkenlights.linux.abi import E2BIG, EFAULT, EINVAL, ESRCH, PAGE, at, page_up, s32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

MBIND, GET_MEMPOLICY, MOVE_PAGES, SET_HOME_NODE, KILL = 237, 239, 279, 450, 62
MPOL_F_ADDR = 2
MOST_PAGES = 1 << 20


def _range(task: "Task", address: int, length: int) -> int:
    """The host's address of a range, or an error."""
    size = task.space.size
    if address & PAGE - 1:
        return -EINVAL
    if length > size or address > size - page_up(length):
        return -EFAULT
    return task.space.base + address


def sys_mbind(task: "Task", address: int, length: int, mode: int, nodes: int, most: int, flags: int) -> int:
    where = _range(task, address, length)
    if where < 0:
        return where
    return task.host(MBIND, where, length, mode, task.space.pointer(nodes, 8), most, flags)


def sys_get_mempolicy(task: "Task", mode: int, nodes: int, most: int, address: int, flags: int) -> int:
    space = task.space
    where = address
    if flags & MPOL_F_ADDR:
        if address >= space.size:
            return -EFAULT
        where += space.base
    into = space.pointer(mode, 4, True), space.pointer(nodes, 8, True)
    return task.host(GET_MEMPOLICY, *into, most, where, flags)


def sys_set_mempolicy_home_node(task: "Task", address: int, length: int, node: int, flags: int) -> int:
    where = _range(task, address, length)
    return where if where < 0 else task.host(SET_HOME_NODE, where, length, node, flags)


def sys_move_pages(
    task: "Task", pid: int, count: int, pages: int, nodes: int, status: int, flags: int
) -> int:
    """An array of addresses, of the caller's own memory or of a child's, which lies alike."""
    space = task.space
    if s32(pid) and task.host(KILL, pid, 0) == -ESRCH:
        return -ESRCH
    if count > MOST_PAGES:
        return -E2BIG
    addresses = array("Q", space.read(pages, 8 * count))
    for i, address in enumerate(addresses):
        if address < space.size:
            addresses[i] = address + space.base
    into = space.pointer(status, 4 * count, True)
    return task.host(MOVE_PAGES, pid, count, at(addresses), space.pointer(nodes, 4 * count), into, flags)
