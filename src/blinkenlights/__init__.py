"""Blinkenlights in Python: run, watch and script x86-64 Linux programs."""

__version__ = "0.1.0"
