; An exception without a gate is a double fault, error 0; a task gate brings its own stack.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov edi, tss2
    mov dword [edi + 32], doubled
    mov dword [edi + 36], 2
    mov dword [edi + 56], 0x6400
    mov dword [edi + 72], DATA32
    mov dword [edi + 76], CODE32
    mov dword [edi + 80], DATA32
    mov dword [edi + 84], DATA32
    mov dword [IDT + 8 * 8], TSS2 << 16
    mov dword [IDT + 8 * 8 + 4], 0x8500
    mov word [IDT + 13 * 8 + 4], 0      ; #GP has no gate now: #NP... and so #DF
at_fault:
    mov ax, 0x1000
loading:
    mov es, ax
    fail 1
doubled:
    cmp dword [esp], 0
    expect e, 2
    cmp esp, 0x6400 - 4
    expect e, 3
    cmp dword [tss + 32], loading
    expect e, 4
    cmp word [tss2], TSS
    expect e, 5
    pass
    end_of_program
