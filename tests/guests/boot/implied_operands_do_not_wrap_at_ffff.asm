; String elements, the stack segment and x87 operands may not cross FFFF either.
%include "verdict.inc"
%include "real.inc"
test:
    mov bp, 0xffff
    faults 12, 5, mov ax, [bp]
    mov si, 0xffff
    faults 13, 6, lodsw
    mov cx, 4
    mov si, 0x7c00
    mov di, 0xfffd
    faults 13, 7, rep movsw
    cmp cx, 3
    expect e, 8
    cmp di, 0xffff
    expect e, 9
    mov ebx, 0xffff
    faults 13, 10, inc word [ebx]
    faults 13, 11, fld dword [0xfffe]
    pass
    end_of_sector
