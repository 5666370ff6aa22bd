; Ring 3 in 64-bit code: its page faults, its privileges, and a gate back.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    map 0x80000, 0x80000 | P | W
    map 0x81000, 0x81000 | P | U
    set_gate64 0x40, over, 0xee, 0
    set_gate64 0x41, over, 0x8e, 0
    to_ring3_64 user
user:
    faults64 14, 5, 1, mov al, [0x80000]
    faults64 14, 7, 2, mov [0x81000], al
    faults64 13, 0, 3, hlt
    faults64 13, 0, 4, mov rax, cr3
    faults64 13, 0, 5, swapgs
    faults64 13, 0x41 * 8 + 2, 6, int 0x41
    faults64 13, 0, 7, in al, 0x60
    int 0x40
over:
    cmp rsp, STACK0 - 40
    expect e, 8
    mov ax, ss
    cmp ax, 0
    expect e, 9
    pass
    end_of_program
