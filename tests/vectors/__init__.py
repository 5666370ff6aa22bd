"""What a real CPU made of instructions, kept as data, so that any host can check against it."""
