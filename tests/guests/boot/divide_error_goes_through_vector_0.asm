; #DE in real mode: INT 0 with the IP of the DIV itself.
%include "verdict.inc"
%include "real.inc"
test:
    xor bx, bx
    faults 0, 1, div bx
    mov ax, 0x8000
    cwd
    mov bx, -1
    faults 0, 2, idiv bx
    mov ax, 5
    faults 0, 3, {db 0xd4, 0}           ; AAM 0
    pass
    end_of_sector
