"""What instructions do, a file a family. Importing this package binds every handler."""

FAMILIES = (
    "arith", "move", "shift", "muldiv", "bits", "branch", "stack", "string", "segment", "far", "bcd",
    "bmi", "system", "fxsave", "x87_arith", "x87_move", "x87_control",
    "sse_move", "sse_integer", "sse_shuffle", "sse_float", "sse_round", "sse_convert", "sse_string",
    "sse_crypto", "sse_control", "sse_gfni", "sse4a", "sha",
    "avx_lanes", "avx_move", "avx_shuffle", "avx_compare", "avx_masked", "avx_half", "avx_fma",
    "avx_flat", "avx_flat_float",
)

for _family in FAMILIES:
    __import__(f"blinkenlights.core.execute.{_family}")  # importlib takes longer to load
