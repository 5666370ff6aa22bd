; INT 10h, AH=1Ah, and AH=12h with BL=10h: a VGA with colours.
%include "verdict.inc"
test:
    mov ax, 3
    int 0x10
    mov ax, 0x1a00
    mov bx, 0
    int 0x10
    cmp al, 0x1a
    expect e, 1
    cmp bl, 8
    expect e, 2
    mov ah, 0x12
    mov bl, 0x10
    mov cx, 0xffff
    int 0x10
    cmp bl, 3
    expect e, 3
    cmp bh, 0
    expect e, 4
    mov ax, 0x1130
    mov bh, 3
    int 0x10
    cmp dl, 24
    expect e, 5
    ; a font is where it says: the A isn't empty
    mov ax, es
    or ax, bp
    expect nz, 6
    pass
    end_of_sector
