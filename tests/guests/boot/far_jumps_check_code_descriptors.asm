; JMP FAR: null, data, absent and less privileged targets; conforming ones keep CPL.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    faults 13, 0, 1, jmp 0:main
    faults 13, DATA32, 2, jmp DATA32:main
    faults 13, ABSENT, 3, jmp ABSENT:main
    faults 13, UCODE32 & ~3, 4, jmp UCODE32:main
    faults 13, CODE32, 5, jmp (CODE32 | 3):main
    faults 13, 0x1000, 6, jmp 0x1000:main
    jmp CONFORMING:here
here:
    mov ax, cs
    cmp ax, CONFORMING
    expect e, 7
    mov byte [gdt + SPARE + 5], 0x1a
    faults 11, SPARE, 8, jmp SPARE:main
    mov dword [gdt + SPARE], 0x100
    mov dword [gdt + SPARE + 4], 0x409a00
    faults 13, 0, 9, jmp SPARE:0x101
    jmp CODE32:last
last:
    pass
    end_of_program
