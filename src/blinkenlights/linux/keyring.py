"""keyctl: which of its arguments are pointers depends on the operation."""

from blinkenlights.linux.abi import EOPNOTSUPP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

KEYCTL = 250

# By operation: the arguments that are pointers, and of those the ones that it writes. The length
# is the argument that follows.
POINTERS: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {
    0: ((), ()),  # GET_KEYRING_ID
    1: ((1,), ()),  # JOIN_SESSION_KEYRING
    2: ((2,), ()),  # UPDATE
    3: ((), ()),  # REVOKE
    4: ((), ()),  # CHOWN
    5: ((), ()),  # SETPERM
    6: ((2,), (2,)),  # DESCRIBE
    7: ((), ()),  # CLEAR
    8: ((), ()),  # LINK
    9: ((), ()),  # UNLINK
    10: ((2, 3), ()),  # SEARCH
    11: ((2,), (2,)),  # READ
    12: ((2,), ()),  # INSTANTIATE
    13: ((), ()),  # NEGATE
    14: ((), ()),  # SET_REQKEY_KEYRING
    15: ((), ()),  # SET_TIMEOUT
    16: ((), ()),  # ASSUME_AUTHORITY
    17: ((2,), (2,)),  # GET_SECURITY
    19: ((), ()),  # REJECT
    21: ((), ()),  # INVALIDATE
    22: ((), ()),  # GET_PERSISTENT
    31: ((1,), (1,)),  # CAPABILITIES
}


def sys_keyctl(task: "Task", operation: int, a: int, b: int, c: int, d: int) -> int:
    known = POINTERS.get(operation & 0xFFFF_FFFF)
    if known is None:
        return -EOPNOTSUPP
    pointers, written = known
    arguments = [operation, a, b, c, d]
    for i in pointers:
        if i in written:
            arguments[i] = task.space.pointer(arguments[i], min(arguments[i + 1], 1 << 20), True)
        else:
            arguments[i] = task.space.pointer(arguments[i])
    return task.host(KEYCTL, *arguments)
