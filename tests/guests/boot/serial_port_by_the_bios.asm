; INT 14h: set up, send, status.
%include "verdict.inc"
test:
    cmp word [0x400], 0x3f8
    expect e, 1
    mov ax, 0x00e3
    mov dx, 0
    int 0x14
    test ah, 0x60
    expect nz, 2
    mov ax, 0x0141
    mov dx, 0
    int 0x14
    test ah, 0x80
    expect z, 3
    cmp al, 'A'
    expect e, 4
    mov ah, 3
    mov dx, 0
    int 0x14
    test ah, 0x20
    expect nz, 5
    pass
    end_of_sector
