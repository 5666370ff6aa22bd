; INT 10h, AH=13h: with one attribute or each its own, with the cursor moved or not.
%include "verdict.inc"
test:
    mov ax, 3
    int 0x10
    mov ax, 0x1300
    mov bx, 0x004f
    mov cx, 3
    mov dx, 0x0505
    mov bp, plain
    int 0x10
    mov ah, 3
    mov bh, 0
    int 0x10
    cmp dx, 0
    expect e, 1
    mov ax, 0x1303
    mov bx, 0
    mov cx, 2
    mov dx, 0x0605
    mov bp, coloured
    int 0x10
    mov ah, 3
    mov bh, 0
    int 0x10
    cmp dx, 0x0607
    expect e, 2
    mov ax, 0xb800
    mov fs, ax
    cmp word [fs:160 * 5 + 10], 0x4f00 + 'o'
    expect e, 3
    cmp word [fs:160 * 5 + 14], 0x4f00 + 'e'
    expect e, 4
    cmp word [fs:160 * 6 + 10], 0x1200 + 'A'
    expect e, 5
    cmp word [fs:160 * 6 + 12], 0x3400 + 'B'
    expect e, 6
    pass
plain: db "one"
coloured: db 'A', 0x12, 'B', 0x34
    end_of_sector
