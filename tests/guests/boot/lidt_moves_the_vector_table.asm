; LIDT in real mode: vectors are elsewhere, and only as many as its limit has.
%include "verdict.inc"
%include "real.inc"
test:
    mov word [0x1000 + 0x20 * 4], moved
    mov word [0x1002 + 0x20 * 4], 0
    mov word [0x1000 + 13 * 4], refused
    mov word [0x1002 + 13 * 4], 0
    sidt [saved]
    lidt [table]
    int 0x20
    cmp ax, 0x5a5a
    expect e, 1
    mov bx, 0
    int 0x21
    cmp bx, 1
    expect e, 2
    lidt [saved]
    pass
moved:
    mov ax, 0x5a5a
    iret
refused:
    mov bp, sp
    add word [bp], 2
    inc bx
    iret
    pass
table: dw 0x20 * 4 + 3
    dd 0x1000
saved: dw 0
    dd 0
    end_of_sector
