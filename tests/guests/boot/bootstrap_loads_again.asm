; INT 19h loads the boot sector again; what was written below stays.
%include "verdict.inc"
test:
    cmp word [0x600], 0x4321
    je .again
    mov word [0x600], 0x4321
    mov byte [marker], 1
    int 0x19
    fail 1
.again:
    cmp byte [marker], 0
    expect e, 2
    pass
marker: db 0
    end_of_sector
