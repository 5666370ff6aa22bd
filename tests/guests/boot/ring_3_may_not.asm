; Privileged instructions in ring 3 are #GP(0); ports without IOPL and a bitmap as well.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    set_gate 0x30, over, 0xee
    to_ring3 user
over:
    out 0xf4, al
user:
    mov ax, UDATA32
    mov ds, ax
    faults 13, 0, 1, hlt
    faults 13, 0, 2, cli
    faults 13, 0, 3, sti
    faults 13, 0, 4, mov eax, cr0
    faults 13, 0, 5, mov cr3, eax
    faults 13, 0, 6, lgdt [gdtr]
    faults 13, 0, 7, in al, 0x60
    faults 13, 0, 8, out dx, eax
    faults 13, 0, 9, clts
    faults 13, 0, 10, invlpg [0]
    faults 13, 0, 11, wbinvd
    faults 13, 0, 12, rdmsr
    faults 13, 0, 13, mov eax, dr7
    faults 13, 0, 14, lldt ax
    faults 13, 0, 15, lmsw ax
    mov ax, DATA32
    faults 13, DATA32, 17, mov ds, ax
    mov eax, 16
    int 0x30
    pass
    end_of_program
