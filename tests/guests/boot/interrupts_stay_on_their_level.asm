; An exception in ring 0 stays on its stack; a conforming handler keeps ring 3; ring 1 has its own stack.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov dword [IDT + 0x40 * 8], CONFORMING << 16 | at(conforming)
    mov dword [IDT + 0x40 * 8 + 4], 0xee00
    mov dword [IDT + 0x41 * 8], CODE1 << 16 | at(middle)
    mov dword [IDT + 0x41 * 8 + 4], 0xee00
    mov esp, 0x6f00
    faults 6, -1, 1, ud2
    cmp esp, 0x6f00
    expect e, 2
    pushfd
    or word [esp], 0x3000
    popfd
    to_ring3 user
user:
    int 0x40
    int 0x41
    pass
conforming:
    mov ax, cs
    and eax, 3
    cmp eax, 3
    expect e, 3
    cmp esp, 0x6800 - 12
    expect e, 4
    iretd
middle:
    mov ax, cs
    cmp ax, CODE1
    expect e, 5
    mov ax, ss
    cmp ax, DATA1
    expect e, 6
    cmp esp, 0x6a00 - 20
    expect e, 7
    iretd
    pass
    end_of_program
