; 16, 32 and 64-bit code, compatibility mode, and all the way back to real mode.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    mov rax, 0x123456789abcdef0
    mov r15, rax
    shr r15, 32
    cmp r15d, 0x12345678
    expect e, 1
    mov ecx, 0xc0000080
    rdmsr
    test ah, 4                          ; LMA
    expect nz, 2
    mov [0x90000], rax
    push qword CODE32
    push qword compatible
    o64 retf
    bits 32
compatible:
    mov ax, DATA32
    mov ds, ax
    mov ss, ax
    mov es, ax
    mov esp, 0x7000
    mov eax, 0x80000000
    shr eax, 31
    dec eax
    expect z, 3
    mov eax, cr0
    and eax, 0x7fffffff
    mov cr0, eax
    mov ecx, 0xc0000080
    rdmsr
    test ah, 4
    expect z, 4
    and ah, 0xfe
    wrmsr
    jmp CODE16:sixteen
    bits 16
sixteen:
    mov ax, DATA16
    mov ds, ax
    mov es, ax
    mov ss, ax
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
    int 0x11
    test ax, 1
    expect nz, 5
    pass
    end_of_program
