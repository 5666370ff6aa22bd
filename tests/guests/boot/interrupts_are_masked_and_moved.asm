; 8259: a mask holds an interrupt back, ICW2 gives other vectors, its request can be read.
%include "verdict.inc"
test:
    cli
    mov al, 0x11
    out 0x20, al
    mov al, 0x50
    out 0x21, al
    mov al, 4
    out 0x21, al
    mov al, 1
    out 0x21, al
    mov al, 0xff
    out 0x21, al
    in al, 0x21
    cmp al, 0xff
    expect e, 1
    mov word [0x50 * 4], hook
    mov word [0x50 * 4 + 2], 0
    mov al, 0x34
    out 0x43, al
    xor al, al
    out 0x40, al
    mov al, 0x10
    out 0x40, al
    sti
    mov ecx, 3000000
.spin:
    dec ecx
    jnz .spin
    cmp word [count], 0
    expect e, 2
    mov al, 0x0a
    out 0x20, al
    in al, 0x20
    test al, 1
    expect nz, 3
    mov al, 0xfe
    out 0x21, al
    nop
    nop
.wait:
    cmp word [count], 2
    jb .wait
    pass
count: dw 0
hook:
    push ax
    inc word [cs:count]
    mov al, 0x20
    out 0x20, al
    pop ax
    iret
    end_of_sector
