; Bit tests with a register, far pointers, descriptor tables and FSAVE images beyond a limit are #GP(0).
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov ax, SMALL
    mov es, ax
    mov ecx, 0x100 * 8
    faults 13, 0, 1, bts [es:0], ecx
    mov ecx, -8
    faults 13, 0, 2, bt [es:0], ecx
    faults 13, 0, 3, les eax, [es:0xfb]
    faults 13, 0, 4, lgdt [es:0xfb]
    faults 13, 0, 5, fnsave [es:0x100 - 107]
    fnsave [es:0x100 - 108]
    faults 13, 0, 6, cmpxchg8b [es:0xf9]
    faults 13, 0, 7, jmp far [es:0xfb]
    faults 13, 0, 8, bound eax, [es:0xf9]
    faults 13, 0, 9, sgdt [es:0xfb]
    faults 13, 0, 10, fld tword [es:0xf7]
    pass
    end_of_program
