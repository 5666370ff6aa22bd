; ENTER with nesting levels and LEAVE on a 16-bit stack.
%include "verdict.inc"
%include "real.inc"
test:
    mov bp, 0x6800
    mov word [0x67fe], 0xaaaa
    mov word [0x67fc], 0xbbbb
    mov sp, 0x6700
    enter 16, 3
    cmp bp, 0x66fe
    expect e, 1
    cmp sp, 0x66fe - 6 - 16
    expect e, 2
    cmp word [0x66fe], 0x6800
    expect e, 3
    cmp word [0x66fc], 0xaaaa
    expect e, 4
    cmp word [0x66fa], 0xbbbb
    expect e, 5
    cmp word [0x66f8], 0x66fe
    expect e, 6
    leave
    cmp bp, 0x6800
    expect e, 7
    cmp sp, 0x6700
    expect e, 8
    mov sp, 0x7000
    mov ax, 1
    mov bx, 2
    mov di, 3
    pusha
    xor ax, ax
    xor di, di
    popa
    cmp ax, 1
    expect e, 9
    cmp di, 3
    expect e, 10
    push sp
    pop ax
    cmp ax, 0x7000
    expect e, 11
    pass
    end_of_sector
