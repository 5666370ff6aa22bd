; Modes 4 and 6: two and one bits a pixel, odd lines in a bank of their own.
%include "verdict.inc"
test:
    mov ax, 4
    int 0x10
    mov ax, 0xb800
    mov es, ax
    mov ax, 0x0c03
    mov bh, 0
    mov cx, 5
    mov dx, 1
    int 0x10
    cmp byte [es:0x2001], 0x30
    expect e, 1
    mov ax, 0x0c02
    mov cx, 0
    mov dx, 2
    int 0x10
    cmp byte [es:80], 0x80
    expect e, 2
    mov ax, 0x0c83
    int 0x10
    cmp byte [es:80], 0x40
    expect e, 3
    mov ah, 0x0d
    int 0x10
    cmp al, 1
    expect e, 4
    mov ax, 6
    int 0x10
    mov ax, 0x0c01
    mov cx, 639
    mov dx, 199
    int 0x10
    cmp byte [es:0x2000 + 99 * 80 + 79], 1
    expect e, 5
    pass
    end_of_sector
