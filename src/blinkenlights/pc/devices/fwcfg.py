"""How virtual machines hand files to their BIOS: a selector (port 0x510) and a data register (0x511).

Facts: qemu's docs/specs/fw_cfg.rst.
"""

from collections.abc import Mapping

SELECTOR, DATA = 0x510, 0x511
SIGNATURE, FEATURES, PROCESSORS, MOST_PROCESSORS, DIRECTORY, FIRST_FILE = 0x00, 0x01, 0x05, 0x0F, 0x19, 0x20
NAME_LENGTH = 56


class FirmwareFiles:
    """`files` by name. What nobody has reads as zeros."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.items = {
            SIGNATURE: b"QEMU", FEATURES: bytes((1, 0, 0, 0)), PROCESSORS: b"\1\0", MOST_PROCESSORS: b"\1\0",
        }  # fmt: skip
        entries = [len(files).to_bytes(4, "big")]
        for key, (name, data) in enumerate(files.items(), FIRST_FILE):
            self.items[key] = data
            entries.append(len(data).to_bytes(4, "big") + key.to_bytes(2, "big") + bytes(2))
            entries.append(name.encode().ljust(NAME_LENGTH, b"\0"))
        self.items[DIRECTORY] = b"".join(entries)
        self.key = self.at = 0

    def read_wide(self, port: int, size: int) -> int:
        if port != DATA:
            return 0
        data = self.items.get(self.key, b"")[self.at : self.at + size]
        self.at += size
        return int.from_bytes(data.ljust(size, b"\0"), "little")

    def write_wide(self, port: int, size: int, value: int) -> None:
        if port == SELECTOR and size == 2:
            self.key, self.at = value, 0

    def save(self) -> tuple[int, int]:
        return self.key, self.at

    def restore(self, state: tuple[int, int]) -> None:
        self.key, self.at = state
