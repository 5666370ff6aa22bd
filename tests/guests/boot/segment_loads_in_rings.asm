; RPL and CPL against DPL for data, conforming code for all; null is refused only when used.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    set_gate 0x40, over, 0xee
    to_ring3 user
user:
    mov ax, UDATA32 & ~3
    mov ds, ax
    mov ax, UDATA32
    mov ds, ax
    mov ax, CONFORMING
    mov es, ax
    mov al, [es:0x7c00]
    mov ax, UCODE32
    mov fs, ax
    mov al, [fs:0x7c00]
    mov ax, DATA1
    faults 13, DATA1 & ~3, 1, mov gs, ax
    mov ax, DATA32
    faults 13, DATA32, 2, mov ss, ax
    mov ax, UDATA32 & ~3
    faults 13, UDATA32 & ~3, 3, mov ss, ax
    faults 13, CODE32, 4, jmp CODE32:user
    faults 13, CODE32, 5, call CODE32:user
    push dword CODE32
    push dword user
    faults 13, CODE32, 6, retf
    int 0x40
over:
    pass
    end_of_program
