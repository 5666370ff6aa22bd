; PSE: a directory entry maps 4 MiB.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    start_paging
    mov eax, cr4
    or al, 0x10
    mov cr4, eax
    mov dword [DIRECTORY + 4], 0x83
    mov dword [0x400000 + 0x90000], 0x5544
    cmp dword [0x90000], 0x5544
    expect e, 1
    test byte [DIRECTORY + 4], 0x40
    expect nz, 2
    pass
    end_of_program
