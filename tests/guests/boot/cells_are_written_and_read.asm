; INT 10h, AH=08h to 0Ah: characters and attributes at the cursor, which stays.
%include "verdict.inc"
test:
    mov ax, 3
    int 0x10
    mov ah, 2
    mov bh, 0
    mov dx, 0x024e
    int 0x10
    mov ax, 0x0941
    mov bx, 0x002f
    mov cx, 4
    int 0x10
    mov ax, 0xb800
    mov es, ax
    cmp word [es:160 * 2 + 156], 0x2f41
    expect e, 1
    cmp word [es:160 * 3 + 2], 0x2f41
    expect e, 2
    cmp word [es:160 * 3 + 4], 0x0720
    expect e, 3
    mov ah, 8
    mov bh, 0
    int 0x10
    cmp ax, 0x2f41
    expect e, 4
    mov ax, 0x0a42
    mov bx, 0x0044
    mov cx, 1
    int 0x10
    cmp word [es:160 * 2 + 156], 0x2f42
    expect e, 5
    mov ah, 3
    int 0x10
    cmp dx, 0x024e
    expect e, 6
    pass
    end_of_sector
