; SYSENTER and SYSEXIT by their MSRs, with flat segments.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov ecx, 0x174
    mov eax, CODE32
    xor edx, edx
    wrmsr
    inc ecx
    mov eax, STACK0
    wrmsr
    inc ecx
    mov eax, service
    wrmsr
    mov ecx, 0x174
    rdmsr
    cmp eax, CODE32
    expect e, 1
    ; SYSEXIT's selectors are CS + 16 and + 24
    mov eax, [gdt + 0x30]
    mov [gdt + 0x18], eax
    mov eax, [gdt + 0x34]
    mov [gdt + 0x1c], eax
    mov eax, [gdt + 0x38]
    mov [gdt + 0x20], eax
    mov eax, [gdt + 0x3c]
    mov [gdt + 0x24], eax
    mov edx, user
    mov ecx, 0x6800
    sysexit
user:
    mov ax, cs
    cmp ax, 0x1b
    jne wrong
    mov ax, ss
    cmp ax, 0x23
    jne wrong
    cmp esp, 0x6800
    jne wrong
    mov eax, 7
    sysenter
wrong:
    ud2
service:
    cmp eax, 7
    expect e, 2
    cmp esp, STACK0
    expect e, 3
    mov ax, cs
    cmp ax, CODE32
    expect e, 4
    mov ax, ss
    cmp ax, DATA32
    expect e, 5
    pushfd
    pop eax
    test eax, 0x200
    expect z, 6
    pass
    end_of_program
