"""The JIT: guest code translated to host code. See docs/jit.md."""
