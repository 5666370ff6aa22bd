; INT 10h, AH=0Eh: CR, LF, BS, the end of a line and of the screen.
%include "verdict.inc"
%macro tell 1
    mov ax, 0x0e00 + %1
    mov bx, 7
    int 0x10
%endmacro
%macro at 2
    mov ah, 3
    mov bh, 0
    int 0x10
    cmp dx, %1
    expect e, %2
%endmacro
test:
    mov ax, 3
    int 0x10
    mov ax, 0xb800
    mov es, ax
    tell 'a'
    tell 'b'
    at 0x0002, 1
    tell 8
    at 0x0001, 2
    cmp byte [es:2], 'b'
    expect e, 3
    tell 10
    at 0x0101, 4
    tell 13
    at 0x0100, 5
    tell 8
    at 0x0100, 6
    mov ah, 2
    mov dx, 0x184f
    int 0x10
    tell 'z'
    at 0x1800, 7
    cmp byte [es:160 * 23 + 158], 'z'
    expect e, 8
    cmp word [es:160 * 24 + 158], 0x0720
    expect e, 9
    cmp byte [es:0], ' '
    expect e, 10
    pass
    end_of_sector
