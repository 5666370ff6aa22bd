; Null, missing, absent and unfit descriptors: #GP, #NP and #SS with the selector.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    xor ax, ax
    faults 13, 0, 2, mov ss, ax
    mov ax, 0x1000
    faults 13, 0x1000, 3, mov es, ax
    mov ax, ABSENT
    faults 11, ABSENT, 4, mov es, ax
    faults 12, ABSENT, 5, mov ss, ax
    mov ax, EXECUTE_ONLY
    faults 13, EXECUTE_ONLY, 6, mov ds, ax
    mov ax, READ_ONLY
    faults 13, READ_ONLY, 7, mov ss, ax
    mov ax, TSS
    faults 13, TSS, 8, mov fs, ax
    mov ax, UDATA32
    faults 13, UDATA32 & ~3, 9, mov ss, ax
    mov ax, DATA32 | 3
    faults 13, DATA32, 10, mov ds, ax
    xor eax, eax
    lldt ax
    mov ax, 0x0c
    faults 13, 0x0c, 11, mov ds, ax
    mov ax, LDT
    lldt ax
    mov ax, 0x0c
    mov es, ax
    mov eax, [es:0x7c00]
    mov ax, 0x1c
    faults 13, 0x1c, 12, mov es, ax
    push dword ABSENT
    faults 11, ABSENT, 13, pop gs
    cmp dword [esp], ABSENT
    expect e, 14
    pop eax
    mov ax, DOWNWARDS
    mov gs, ax
    cmp byte [gdt + DOWNWARDS + 5], 0x97
    expect e, 17
    pass
    end_of_program
