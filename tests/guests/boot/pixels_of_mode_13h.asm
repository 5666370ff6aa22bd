; Mode 13h: a byte a pixel at a0000, INT 10h, AH=0Ch and 0Dh, and the DAC.
%include "verdict.inc"
test:
    mov ax, 0x13
    int 0x10
    mov ax, 0xa000
    mov es, ax
    cmp byte [es:0], 0
    expect e, 1
    mov byte [es:320 * 10 + 20], 77
    mov ah, 0x0d
    mov bh, 0
    mov cx, 20
    mov dx, 10
    int 0x10
    cmp al, 77
    expect e, 2
    mov ax, 0x0c63
    mov cx, 319
    mov dx, 199
    int 0x10
    cmp byte [es:63999], 0x63
    expect e, 3
    mov ax, 0x1010
    mov bx, 200
    mov dh, 1
    mov cx, 0x0203
    int 0x10
    mov dx, 0x3c7
    mov al, 200
    out dx, al
    add dx, 2
    in al, dx
    cmp al, 1
    expect e, 4
    in al, dx
    cmp al, 2
    expect e, 5
    in al, dx
    cmp al, 3
    expect e, 6
    mov ax, 0x1015
    mov bx, 1
    int 0x10
    cmp dh, 0
    expect e, 7
    cmp cx, 0x002a
    expect e, 8
    mov ax, 3
    int 0x10
    pass
    end_of_sector
