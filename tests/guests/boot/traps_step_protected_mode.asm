; TF: #DB after each instruction, not behind a load of SS, with BS in DR6.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    set_gate 1, step, 0x8e
    xor ecx, ecx
    pushfd
    or byte [esp + 1], 1
    popfd
    nop
    mov eax, ss
    mov ss, eax
    nop
    nop
    pushfd
    and byte [esp + 1], 0xfe
    popfd
    cmp ecx, 7
    expect e, 1
    cmp edx, 0x4000
    expect e, 2
    pass
step:
    inc ecx
    mov edx, dr6
    and edx, 0xe00f
    iretd
    pass
    end_of_program
