; Registers and flags of 16-bit arithmetic.
%include "verdict.inc"
test:
    mov ax, 0x7fff
    add ax, 1
    expect o, 1
    cmp ax, 0x8000
    expect e, 2
    pass
    end_of_sector
