"""The vDSO's image before its code. The build makes it once (`packing.py`)."""

from _struct import pack

from blinkenlights.linux.vdso import FUNCTION_SIZE, FUNCTIONS, PAGE, PREFIX

VERSION = b"LINUX_2.6"
LIBRARY = b"linux-vdso.so.1"

# System V ABI: e_type ET_DYN, e_machine EM_X86_64, program headers right behind the header.
ELF_HEADER = b"\x7fELF\2\1\1" + bytes(9) + pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 3, 64, 0, 0)
PT_LOAD, PT_DYNAMIC, PT_GNU_EH_FRAME = 1, 2, 0x6474E550
DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT, DT_SONAME = 4, 5, 6, 10, 11, 14
DT_VERSYM, DT_VERDEF, DT_VERDEFNUM = 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFD
GLOBAL_FUNCTION, WEAK_FUNCTION, GLOBAL_OBJECT = 0x12, 0x22, 0x11
TEXT_SECTION = 1  # there is no section table, but 0 would mean undefined
ABSOLUTE = 0xFFF1
VER_FLG_BASE = 1

# DWARF call frame information for code that never moves the stack pointer: the return address is
# at RSP. Pointers are relative to where they stand.
CIE = pack("<II", 20, 0) + b"\1zR\0\1\x78\x10\1\x1b" + b"\x0c\7\x08\x90\1\0\0"


def hash_of(name: bytes) -> int:
    """The ABI's hash of a symbol's name."""
    value = 0
    for byte in name:
        value = (value << 4) + byte
        top = value & 0xF0000000
        value = (value ^ top >> 24) & ~top & 0xFFFFFFFF
    return value


def head() -> bytes:
    """All of the image before its code; addresses in it are offsets from its start."""
    text = PAGE - len(FUNCTIONS) * FUNCTION_SIZE
    strings = bytearray(b"\0")
    symbols = [bytes(24)]
    names = [b""]

    def string(text: bytes) -> int:
        at = len(strings)
        strings.extend(text + b"\0")
        return at

    for i, name in enumerate(FUNCTIONS):
        at = string(PREFIX + name)
        for place, kind in ((at, GLOBAL_FUNCTION), (at + len(PREFIX), WEAK_FUNCTION)):
            where = text + i * FUNCTION_SIZE
            symbols.append(pack("<IBBHQQ", place, kind, 0, TEXT_SECTION, where, FUNCTION_SIZE))
        names += (PREFIX + name, name)
    version, library = string(VERSION), string(LIBRARY)
    symbols.append(pack("<IBBHQQ", version, GLOBAL_OBJECT, 0, ABSOLUTE, 0, 0))
    names.append(VERSION)

    count = len(symbols)
    hashes = pack(f"<{3 + count}I", 1, count, 1, 0, *range(2, count), 0)  # one bucket: all in a chain
    versions = pack(f"<{count}H", 0, *(2,) * (count - 1))
    definitions = b""
    for number, flags, place, name in ((1, VER_FLG_BASE, library, LIBRARY), (2, 0, version, VERSION)):
        last = number == 2
        definitions += pack("<HHHHIII", 1, flags, number, 1, hash_of(name), 20, 0 if last else 28)
        definitions += pack("<II", place, 0)

    at = 64 + 3 * 56
    places = []
    body = b""
    for part in (hashes, b"".join(symbols), bytes(strings), versions, definitions):
        gap = -(at + len(body)) % 8
        body += bytes(gap)
        places.append(at + len(body))
        body += part
    body += bytes(-(at + len(body)) % 8)
    dynamic = at + len(body)
    entries = ((DT_SONAME, library), (DT_HASH, places[0]), (DT_SYMTAB, places[1]), (DT_STRTAB, places[2]),
               (DT_STRSZ, len(strings)), (DT_SYMENT, 24), (DT_VERSYM, places[3]), (DT_VERDEF, places[4]),
               (DT_VERDEFNUM, 2), (0, 0))
    body += b"".join(pack("<QQ", *entry) for entry in entries)
    header = at + len(body)  # .eh_frame_hdr: one entry, sorted
    frame = header + 20
    description = frame + len(CIE)
    size = len(FUNCTIONS) * FUNCTION_SIZE
    body += b"\1\x1b\3\x3b" + pack("<iIii", frame - header - 4, 1, text - header, description - header)
    body += CIE + pack("<IIiI", 20, description + 4 - frame, text - description - 8, size) + bytes(8)
    body += bytes(4)
    segments = ((PT_LOAD, 5, 0, PAGE, PAGE), (PT_DYNAMIC, 4, dynamic, 16 * len(entries), 8),
                (PT_GNU_EH_FRAME, 4, header, 20, 4))
    rows = b"".join(pack("<IIQQQQQQ", kind, flags, place, place, place, length, length, align)
                    for kind, flags, place, length, align in segments)
    return (ELF_HEADER + rows + body).ljust(text, b"\0")
