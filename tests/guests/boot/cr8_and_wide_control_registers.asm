; MOV to and from CR8 and CR3 in 64-bit code; reserved bits are #GP(0).
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    mov eax, 9
    mov cr8, rax
    mov rbx, cr8
    cmp rbx, 9
    expect e, 1
    xor eax, eax
    mov cr8, rax
    mov eax, 16
    faults64 13, 0, 2, mov cr8, rax
    mov rax, cr0
    bts rax, 32
    faults64 13, 0, 3, mov cr0, rax
    mov rax, cr0
    btr rax, 31
    faults64 13, 0, 4, mov cr0, rax
    mov rax, cr4
    btr rax, 5
    faults64 13, 0, 5, mov cr4, rax
    mov ecx, 0xc0000080
    rdmsr
    xor ah, 1
    faults64 13, 0, 6, wrmsr
    mov ecx, 0x12345678
    faults64 13, 0, 7, rdmsr
    pass
    end_of_program
