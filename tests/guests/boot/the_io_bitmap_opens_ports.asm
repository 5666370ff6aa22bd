; A bit of 0 in the TSS's bitmap lets ring 3 at a port, byte by byte.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov byte [io_map + (0xf4 >> 3)], 0xff & ~(1 << 4)
    to_ring3 user
user:
    mov ax, UDATA32
    mov ds, ax
    mov dx, 0xf3
    faults 13, 0, 1, out dx, al
    mov dx, 0xf4
    faults 13, 0, 2, out dx, ax
    mov dx, 0x1f0
    faults 13, 0, 3, in al, dx
    pass
    end_of_program
