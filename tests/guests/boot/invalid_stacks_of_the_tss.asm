; A bad SS in the TSS is #TS with its selector, beyond its limit with the TSS's own.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov dword [tss + 8], 0x1000         ; SS0
    mov dword [tss + 16], DATA1         ; SS1
    mov dword [IDT + 10 * 8], CODE1 << 16 | at(invalid)
    mov dword [IDT + 10 * 8 + 4], 0xee00
    pushfd
    or word [esp], 0x3000
    popfd
    set_gate 0x40, main, 0xee
    to_ring3 user
user:
    mov ax, UDATA32
    mov ds, ax
at_int:
    int 0x40
    fail 1
invalid:
    cmp dword [esp], 0x1000
    expect e, 2
    cmp dword [esp + 4], at_int
    expect e, 3
    mov ax, cs
    cmp ax, CODE1
    expect e, 4
    pass
    end_of_program
