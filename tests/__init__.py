"""The tests; a package so that the benchmarks and `python -m tests.differential` can use its parts."""
