"""What is asked of the host."""

import pytest

from blinkenlights import Machine
from blinkenlights.core import memory


def test_a_host_with_larger_pages_is_told_of_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "sysconf", lambda name: 65536)
    with pytest.raises(OSError, match="this host's pages are not of 4096 bytes"):
        Machine.from_bytes(b"\xf4")
