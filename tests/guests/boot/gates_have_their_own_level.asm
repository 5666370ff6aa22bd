; INT n in ring 3 needs a gate of DPL 3, else #GP with the vector; a gate may be absent or none.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    set_gate 0x40, service, 0xee
    set_gate 0x41, service, 0x8e
    set_gate 0x42, service, 0x6e
    set_gate 0x43, service, 0xe2
    to_ring3 user
user:
    mov ax, UDATA32
    mov ds, ax
    int 0x40
    cmp eax, 0x99
    je fine
    hlt
fine:
    faults 13, 0x41 * 8 + 2, 2, int 0x41
    faults 11, 0x42 * 8 + 2, 3, int 0x42
    faults 13, 0x43 * 8 + 2, 4, int 0x43
    faults 13, 0x7f * 8 + 2, 5, int 0x7f
    faults 13, 0x80 * 8 + 2, 6, int 0x80
    faults 13, 3 * 8 + 2, 7, int3
    mov eax, 16
    int 0x40
service:
    cmp eax, 16
    je good
    mov eax, 0x99
    mov bx, ss
    cmp bx, DATA32
    expect e, 8
    cmp esp, STACK0 - 20
    expect e, 9
    iretd
good:
    pass
    end_of_program
