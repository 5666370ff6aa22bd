; RDTSC and RDTSCP advance; MSR 10h sets them; CPUID knows its vendor and long mode.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    rdtsc
    mov ebx, eax
    rdtsc
    cmp eax, ebx
    expect a, 1
    mov ecx, 0x10
    xor eax, eax
    mov edx, 5
    wrmsr
    rdtsc
    cmp edx, 5
    expect e, 2
    mov eax, 0x80000001
    cpuid
    test edx, 1 << 29
    expect nz, 3
    mov eax, 1
    cpuid
    test edx, 1 << 6                    ; PAE
    expect nz, 4
    mov ecx, 0x1b
    rdmsr
    test ah, 1                          ; the bootstrap processor
    expect nz, 5
    mov ecx, 0x277
    rdmsr
    cmp eax, 0x00070406
    expect e, 6
    pass
    end_of_program
