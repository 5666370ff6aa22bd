; Ring 3 can't change IOPL, nor IF above it, and is not told so.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    pushfd
    pop ebx
    set_gate 0x40, over, 0xee
    to_ring3 user
user:
    push dword 0x3202
    popfd
    pushfd
    pop ecx
    push dword 2
    popfd
    int 0x40
over:
    and ecx, 0x3200
    and ebx, 0x200
    cmp ecx, ebx
    expect e, 1
    push dword 0x3002
    popfd
    to_ring3 user2
user2:
    sti
    pushfd
    pop ecx
    cli
    test ecx, 0x200
    expect nz, 2
    test ecx, 0x3000
    expect nz, 3
    pass
    end_of_program
