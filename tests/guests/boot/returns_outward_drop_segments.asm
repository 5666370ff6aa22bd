; IRET and RETF to ring 3 make data segments of ring 0 null, and keep others.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov ax, UDATA32
    mov fs, ax
    mov ax, DATA32
    mov gs, ax
    pushfd
    or word [esp], 0x3000
    popfd
    push dword UDATA32
    push dword 0x6800
    push dword UCODE32
    push dword user
    retf
user:
    mov ax, gs
    cmp ax, 0
    expect e, 1
    mov ax, ds
    cmp ax, 0
    expect e, 2
    mov ax, fs
    cmp ax, UDATA32
    expect e, 3
    mov ax, ss
    cmp ax, UDATA32
    expect e, 4
    pass
    end_of_program
