; RF is set in what a fault pushes, and clear in what a trap pushes.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    set_gate 3, trap, 0x8e
    set_gate 6, undefined, 0x8e
    ud2
    cmp ebx, 0x10000
    expect e, 1
    int3
    cmp ebx, 0
    expect e, 2
    pass
trap:
    mov ebx, [esp + 8]
    and ebx, 0x10000
    iretd
undefined:
    mov ebx, [esp + 8]
    and ebx, 0x10000
    add dword [esp], 2
    iretd
    pass
    end_of_program
