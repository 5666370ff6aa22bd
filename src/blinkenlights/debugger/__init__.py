"""What a debugger needs besides the machine: symbols, source lines, frames, disassembly, expressions.

Nothing here is imported by `blink` as it runs a program.
"""
