; INT 13h, AH=08h and 15h: a floppy of 1.44 MB.
%include "verdict.inc"
test:
    mov ah, 8
    mov dl, 0
    int 0x13
    expect nc, 1
    cmp cx, 0x4f12
    expect e, 2
    cmp dh, 1
    expect e, 3
    cmp bl, 4
    expect e, 4
    mov ah, 0x15
    mov dl, 0
    int 0x13
    expect nc, 5
    cmp ah, 1
    expect ae, 6
    cmp ah, 2
    expect be, 7
    mov ah, 0x41
    mov bx, 0x55aa
    mov dl, 0x81
    int 0x13
    expect c, 8
    pass
    end_of_sector
