; INT 10h, AH=00h sets the mode and what the BIOS data area says of it, and clears the screen.
%include "verdict.inc"
test:
    mov ax, 0x0001
    int 0x10
    cmp word [0x44a], 40
    expect e, 1
    cmp byte [0x449], 1
    expect e, 2
    mov ah, 0x0f
    int 0x10
    cmp ax, 0x2801
    expect e, 3
    cmp bh, 0
    expect e, 4
    mov ax, 0x0003
    int 0x10
    mov ah, 0x0f
    int 0x10
    cmp ax, 0x5003
    expect e, 5
    cmp word [0x450], 0
    expect e, 6
    cmp word [0x463], 0x3d4
    expect e, 7
    cmp byte [0x484], 24
    expect e, 8
    mov ax, 0xb800
    mov es, ax
    cmp word [es:0], 0x0720
    expect e, 9
    cmp word [es:3998], 0x0720
    expect e, 10
    pass
    end_of_sector
