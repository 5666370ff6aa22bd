; IST: the gate says which stack, also for ring 0.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    set_gate64 0x40, look1, 0x8e, 1
    set_gate64 0x41, look2, 0x8e, 2
    set_gate64 6, undefined, 0x8e, 2
    mov rbx, rsp
    int 0x40
    cmp rsp, rbx
    expect e, 1
    ud2
    cmp rsp, rbx
    expect e, 2
    cmp ecx, 7
    expect e, 3
    pass
look1:
    cmp rsp, 0x6600 - 40
    expect e, 4
    int 0x41
    iretq
look2:
    cmp rsp, 0x6500 - 40
    expect e, 5
    cmp qword [rsp + 24], 0x6600 - 40
    expect e, 6
    iretq
undefined:
    cmp rsp, 0x6500 - 40
    expect e, 7
    mov ecx, 7
    add qword [rsp], 2
    iretq
    pass
    end_of_program
