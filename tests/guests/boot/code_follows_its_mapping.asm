; The same linear address, another page: INVLPG and CR3 bring other code; two names of one page share it.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    start_paging
    mov dword [0x90000], 0xc301b0       ; MOV AL, 1; RET
    mov dword [0x91000], 0xc302b0
    map 0x80000, 0x90000 | P | W
    map 0x82000, 0x90000 | P | W
    mov ebx, 0x80000
    call ebx
    cmp al, 1
    expect e, 1
    map 0x80000, 0x91000 | P | W
    call ebx
    cmp al, 2
    expect e, 2
    mov edi, 0x40000                    ; another directory, with 0x80000 at 0x90000
    mov esi, TABLE
    mov ecx, 1024
    rep movsd
    mov dword [0x40000 + 0x80 * 4], 0x90000 | P | W
    mov edi, 0x41000
    mov esi, DIRECTORY
    mov ecx, 1024
    rep movsd
    mov dword [0x41000], 0x40000 | P | W
    mov edx, 1000
again:
    mov eax, 0x41000
    mov cr3, eax
    call ebx
    cmp al, 1
    expect e, 3
    mov eax, DIRECTORY
    mov cr3, eax
    call 0x80000
    cmp al, 2
    expect e, 4
    dec edx
    jnz again
    mov eax, 0x82000
    call eax
    mov byte [0x90001], 3               ; through a third name
    mov eax, 0x82000
    call eax
    cmp al, 3
    expect e, 5
    pass
    end_of_program
