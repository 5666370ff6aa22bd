; INT 10h, AH=01h to 03h: the cursor's shape and place, for each page.
%include "verdict.inc"
test:
    mov ax, 3
    int 0x10
    mov ah, 2
    mov bh, 0
    mov dx, 0x0a14
    int 0x10
    mov ah, 2
    mov bh, 1
    mov dx, 0x0102
    int 0x10
    mov ah, 1
    mov cx, 0x0305
    int 0x10
    mov ah, 3
    mov bh, 0
    int 0x10
    cmp dx, 0x0a14
    expect e, 1
    cmp cx, 0x0305
    expect e, 2
    mov ah, 3
    mov bh, 1
    int 0x10
    cmp dx, 0x0102
    expect e, 3
    cmp word [0x450], 0x0a14
    expect e, 4
    ; the CRTC knows the active page's
    mov dx, 0x3d4
    mov al, 0x0e
    out dx, al
    inc dx
    in al, dx
    mov ah, al
    dec dx
    mov al, 0x0f
    out dx, al
    inc dx
    in al, dx
    cmp ax, 10 * 80 + 20
    expect e, 5
    pass
    end_of_sector
