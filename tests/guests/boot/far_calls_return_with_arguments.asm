; CALL FAR direct and through memory, RETF n, and 32-bit offsets.
%include "verdict.inc"
%include "real.inc"
test:
    mov bp, sp
    push word 1
    push word 2
    call 0x7c0:far_one - 0x7c00
    cmp sp, bp
    expect e, 1
    cmp ax, 3
    expect e, 2
    mov word [pointer], far_two - 0x7c00
    mov word [pointer + 2], 0x7c0
    call far [pointer]
    cmp sp, bp
    expect e, 3
    cmp ax, 0x77
    expect e, 4
    call dword 0x7c0:far_three - 0x7c00
    cmp sp, bp
    expect e, 5
    jmp 0x780:over - 0x7800
over:
    mov ax, cs
    cmp ax, 0x780
    expect e, 6
    jmp 0:back
far_one:
    mov bx, sp
    mov ax, [ss:bx + 4]
    add ax, [ss:bx + 6]
    retf 4
far_two:
    mov ax, cs
    cmp ax, 0x7c0
    expect e, 7
    mov ax, 0x77
    retf
far_three:
    o32 retf
pointer: dw 0, 0
back:
    pass
    end_of_sector
