; A is set by any access, D by a write, and neither by what faults.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    start_paging
    map 0x80000, 0x90000 | P | W
    mov edx, [TABLE + 0x80 * 4]
    test dl, 0x60
    expect z, 1
    mov al, [0x80000]
    mov edx, [TABLE + 0x80 * 4]
    and dl, 0x60
    cmp dl, 0x20
    expect e, 2
    mov [0x80000], al
    mov edx, [TABLE + 0x80 * 4]
    and dl, 0x60
    cmp dl, 0x60
    expect e, 3
    test byte [DIRECTORY], 0x20
    expect nz, 4
    and dword [TABLE + 0x80 * 4], ~0x40
    invlpg [0x80000]
    mov al, [0x80000]
    mov [0x80001], al
    test byte [TABLE + 0x80 * 4], 0x40
    expect nz, 5
    pass
    end_of_program
