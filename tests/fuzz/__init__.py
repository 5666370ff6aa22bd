"""Random instruction sequences, run natively and by an engine: `python -m tests.fuzz --help`."""
