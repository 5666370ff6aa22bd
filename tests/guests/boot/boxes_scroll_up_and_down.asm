; INT 10h, AH=06h and 07h: a box moves, its freed lines are cleared, the rest stays.
%include "verdict.inc"
test:
    mov ax, 3
    int 0x10
    mov ax, 0xb800
    mov es, ax
    mov byte [es:160 * 5 + 20], 'x'
    mov byte [es:160 * 5 + 60], 'y'
    mov ax, 0x0601
    mov bh, 0x1e
    mov cx, 0x0305
    mov dx, 0x0a0f
    int 0x10
    cmp byte [es:160 * 4 + 20], 'x'
    expect e, 1
    cmp byte [es:160 * 5 + 60], 'y'
    expect e, 2
    cmp word [es:160 * 10 + 10], 0x1e20
    expect e, 3
    cmp word [es:160 * 10 + 32], 0x0720
    expect e, 4
    mov ax, 0x0702
    int 0x10
    cmp byte [es:160 * 6 + 20], 'x'
    expect e, 5
    cmp word [es:160 * 3 + 10], 0x1e20
    expect e, 6
    mov ax, 0x0600
    mov bh, 0x70
    int 0x10
    cmp word [es:160 * 6 + 20], 0x7020
    expect e, 7
    cmp byte [es:160 * 5 + 60], 'y'
    expect e, 8
    pass
    end_of_sector
