"""The chips, a file each."""
