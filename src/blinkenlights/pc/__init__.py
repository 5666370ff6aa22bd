"""A BIOS machine: real, protected and long mode on a PC's devices.

`machine.py` puts it together, `memory.py` has its physical memory, `bus.py` its ports, `scheduler.py` its
time; `bios/` answers BIOS calls, a file an interrupt, and `devices/` are the chips, a file each.
"""

from blinkenlights.pc.headless import run_headless as run_headless
