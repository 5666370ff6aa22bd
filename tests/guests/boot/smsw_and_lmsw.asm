; SMSW shows CR0; LMSW can set PE but not clear it.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    smsw ax
    test al, 1
    expect nz, 1
    mov ax, 0x0a
    lmsw ax
    mov eax, cr0
    and eax, 15
    cmp eax, 11
    expect e, 2
    clts
    mov eax, cr0
    and eax, 15
    cmp eax, 3
    expect e, 3
    smsw [0x6000]
    mov bx, [0x6000]
    and bl, 15
    cmp bl, al
    expect e, 4
    pass
    end_of_program
