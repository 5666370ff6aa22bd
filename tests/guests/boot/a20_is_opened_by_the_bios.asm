; INT 15h, AX=2400h to 2403h.
%include "verdict.inc"
test:
    mov ax, 0x2403
    int 0x15
    expect nc, 1
    test bx, 3
    expect nz, 2
    mov ax, 0x2401
    int 0x15
    expect nc, 3
    mov ax, 0x2402
    int 0x15
    expect nc, 4
    cmp al, 1
    expect e, 5
    mov ax, 0xffff
    mov es, ax
    mov word [0x500], 0x1111
    mov word [es:0x510], 0x2222
    cmp word [0x500], 0x1111
    expect e, 6
    pass
    end_of_sector
