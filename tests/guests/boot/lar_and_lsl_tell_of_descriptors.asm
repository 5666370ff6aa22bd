; LAR, LSL, VERR, VERW and ARPL.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov cx, CODE32
    lar eax, cx
    expect z, 1
    and eax, 0xf0fe00
    cmp eax, 0xc09a00
    expect e, 2
    lsl eax, ecx
    cmp eax, 0xffffffff
    expect e, 3
    mov cx, SMALL
    lsl eax, ecx
    expect z, 4
    cmp eax, 0xff
    expect e, 5
    mov cx, 0x1000
    lar eax, ecx
    expect nz, 6
    mov cx, 0
    lsl eax, ecx
    expect nz, 7
    mov cx, TSS
    lar eax, ecx
    expect z, 8
    cmp eax, 0x8b00
    expect e, 9
    mov cx, READ_ONLY
    verr cx
    expect z, 10
    verw cx
    expect nz, 11
    mov cx, EXECUTE_ONLY
    verr cx
    expect nz, 12
    mov cx, DATA32 | 3
    verw cx
    expect nz, 13
    mov cx, UDATA32
    verw cx
    expect z, 14
    mov ax, 0x10
    mov bx, 0x23
    arpl ax, bx
    expect z, 15
    cmp ax, 0x13
    expect e, 17
    arpl ax, bx
    expect nz, 18
    pass
    end_of_program
