"""The back end for x86-64 hosts."""
