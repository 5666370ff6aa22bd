; A page fault while one is delivered is #DF; a fault that INT meets is not.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    start_paging
    map 0x80000, 0
    mov dword [IDT + 14 * 8], (CODE32 << 16)
    mov word [IDT + 14 * 8 + 4], 0      ; no gate: #NP while #PF is delivered
    set_gate 8, doubled, 0x8e
    mov ebx, esp
    mov al, [0x80000]
    fail 1
doubled:
    cmp dword [esp], 0
    expect e, 2
    mov esp, ebx
    mov eax, cr2
    cmp eax, 0x80000
    expect e, 3
    mov word [IDT + 0x40 * 8 + 4], 0x0e00
    mov word [IDT + 0x40 * 8 + 2], CODE32
    faults 11, 0x40 * 8 + 2, 4, int 0x40
    pass
    end_of_program
