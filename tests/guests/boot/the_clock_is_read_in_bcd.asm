; INT 1Ah, AH=02h to 05h, and the same by ports 70h and 71h.
%include "verdict.inc"
test:
    mov ah, 5
    mov cx, 0x2024
    mov dx, 0x0229
    int 0x1a
    mov ah, 3
    mov cx, 0x1358
    mov dx, 0x3000
    int 0x1a
    mov ah, 4
    int 0x1a
    expect nc, 1
    cmp cx, 0x2024
    expect e, 2
    cmp dx, 0x0229
    expect e, 3
    mov ah, 2
    int 0x1a
    expect nc, 4
    cmp ch, 0x13
    expect e, 5
    mov al, 4
    out 0x70, al
    in al, 0x71
    cmp al, 0x13
    expect e, 6
    mov al, 8
    out 0x70, al
    in al, 0x71
    cmp al, 0x02
    expect e, 7
    mov al, 0x0d
    out 0x70, al
    in al, 0x71
    test al, 0x80
    expect nz, 8
    pass
    end_of_sector
