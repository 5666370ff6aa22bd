; PUSH with SP 0 wraps to FFFE; with SP 1 it would cross the end: #SS.
%include "verdict.inc"
%include "real.inc"
test:
    mov ax, 0x2000
    mov ss, ax
    xor sp, sp
    push word 0x1234
    mov bx, sp
    pop cx
    xor ax, ax
    mov ss, ax
    mov sp, 0x7000
    cmp bx, 0xfffe
    expect e, 1
    cmp cx, 0x1234
    expect e, 2
    mov ax, 0x2fff
    mov es, ax
    cmp word [es:0xe], 0x1234
    expect e, 3
    pass
    end_of_sector
