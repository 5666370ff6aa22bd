; INT 15h, AH=86h: a wait of 200 ms lets three or four timer interrupts pass.
%include "verdict.inc"
test:
    sti
    mov bx, [0x46c]
    mov ah, 0x86
    mov cx, 3
    mov dx, 3392
    int 0x15
    expect nc, 1
    mov ax, [0x46c]
    sub ax, bx
    cmp ax, 3
    expect ae, 2
    cmp ax, 8
    expect be, 3
    pass
    end_of_sector
