; A word at offset FFFF is #GP, in SS #SS, and a 32-bit offset above it too.
%include "verdict.inc"
%include "real.inc"
test:
    faults 13, 1, mov ax, [0xffff]
    faults 13, 2, mov [0xffff], ax
    faults 13, 3, mov eax, [0xfffd]
    mov al, [0xffff]
    mov ax, [0xfffe]
    mov ebx, 0x10000
    faults 13, 4, mov al, [ebx]
    pass
    end_of_sector
