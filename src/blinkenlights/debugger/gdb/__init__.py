"""A stub of the GDB remote serial protocol: `blink --gdb PORT PROG`.

GDB manual, appendix E "GDB Remote Serial Protocol". `channel` frames packets, `server` answers them by a
table, `registers` has gdb's layout of them, `running` maps stops, `monitor` has the commands of `monitor`.
"""
