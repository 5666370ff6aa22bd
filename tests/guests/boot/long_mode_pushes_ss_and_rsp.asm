; Interrupts in 64-bit code align the stack and always push SS:RSP; IRETQ pops them.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    set_gate64 0x40, look, 0x8e, 0
    mov rsp, 0x6ff9
    int 0x40
after:
    cmp rsp, 0x6ff9
    expect e, 1
    pass
look:
    cmp rsp, 0x6ff0 - 40
    expect e, 2
    cmp qword [rsp + 24], 0x6ff9
    expect e, 3
    cmp qword [rsp], after
    expect e, 4
    cmp qword [rsp + 8], CODE64
    expect e, 5
    iretq
    pass
    end_of_program
