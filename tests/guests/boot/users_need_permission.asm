; #PF in ring 3: supervisor's pages, read-only pages, and code there.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    start_paging
    map 0x80000, 0x90000 | P | W
    map 0x81000, 0x91000 | P | U
    map 0x82000, 0
    set_gate 0x40, over, 0xee
    to_ring3 user
user:
    mov ax, UDATA32
    mov ds, ax
    faults 14, 5, 1, mov al, [0x80000]
    faults 14, 7, 2, mov [0x80000], al
    mov al, [0x81000]
    faults 14, 7, 3, mov [0x81004], al
    faults 14, 4, 4, mov al, [0x82000]
    mov esp, 0x83000
    faults 14, 6, 5, call user
    mov esp, 0x6800
    int 0x40
over:
    pass
    end_of_program
