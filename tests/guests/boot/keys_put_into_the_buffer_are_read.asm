; INT 16h, AH=05h puts a key into the buffer; AH=01h and 11h look, AH=00h and 10h take it.
%include "verdict.inc"
test:
    sti
    mov ah, 1
    int 0x16
    expect z, 1
    mov ah, 5
    mov cx, 0x1e61
    int 0x16
    cmp al, 0
    expect e, 2
    mov ah, 5
    mov cx, 0x48e0
    int 0x16
    mov ah, 1
    int 0x16
    expect nz, 3
    cmp ax, 0x1e61
    expect e, 4
    mov ah, 0
    int 0x16
    cmp ax, 0x1e61
    expect e, 5
    mov ah, 0x11
    int 0x16
    expect nz, 6
    cmp ax, 0x48e0
    expect e, 7
    mov ah, 0
    int 0x16
    cmp ax, 0x4800
    expect e, 8
    mov ah, 0x11
    int 0x16
    expect z, 9
    mov ah, 2
    int 0x16
    test al, 0x0f
    expect z, 10
    pass
    end_of_sector
