; Writes to read-only and code segments, reads of execute-only code: #GP(0).
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov ax, READ_ONLY
    mov es, ax
    mov eax, [es:0x7c00]
    faults 13, 0, 1, mov [es:0x7000], eax
    faults 13, 0, 2, inc dword [es:0x7000]
    cmp dword [es:0x7000], eax
    test [es:0x7000], eax
    faults 13, 0, 3, mov [cs:0x7000], eax
    mov eax, [cs:0x7c00]
    jmp EXECUTE_ONLY:there
there:
    faults 13, 0, 4, mov eax, [cs:0x7c00]
    pass
    end_of_program
