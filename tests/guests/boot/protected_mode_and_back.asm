; 16-bit real mode, 32-bit protected mode, 16-bit protected mode, real mode again.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov eax, 0x12345678
    mov [0x100000], eax
    jmp CODE16:sixteen
    bits 16
sixteen:
    mov ax, DATA16
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov fs, ax
    mov gs, ax
    mov eax, cr0
    and al, 0xfe
    mov cr0, eax
    jmp 0:real
real:
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7000
    lidt [real_idtr]
    mov ax, 0x0e00 + 'x'
    mov bx, 0
    int 0x10
    mov ax, 0xffff
    mov es, ax
    cmp dword [es:0x10], 0x12345678
    expect e, 1
    int 0x11
    test ax, 1
    expect nz, 2
    pass
    end_of_program
