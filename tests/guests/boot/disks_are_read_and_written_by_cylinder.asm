; INT 13h, AH=02h to 04h: write a sector, read it again, verify; errors have CF and a status.
%include "verdict.inc"
test:
    mov di, 0x8000
    mov cx, 256
    mov ax, 0x5aa5
    rep stosw
    mov ax, 0x0301
    mov bx, 0x8000
    mov cx, 0x0503
    mov dx, 0x0100
    int 0x13
    expect nc, 1
    cmp ah, 0
    expect e, 2
    mov ax, 0x0201
    mov bx, 0x9000
    mov cx, 0x0503
    mov dx, 0x0100
    int 0x13
    expect nc, 3
    cmp word [0x9000], 0x5aa5
    expect e, 4
    cmp word [0x91fe], 0x5aa5
    expect e, 5
    mov ax, 0x0401
    mov cx, 0x0503
    mov dx, 0x0100
    int 0x13
    expect nc, 6
    mov ax, 0x0201
    mov cx, 0x0001
    mov dx, 0x0055
    int 0x13
    expect c, 7
    mov ah, 0
    mov dl, 0
    int 0x13
    expect nc, 8
    pass
    end_of_sector
