; PAE: 8-byte entries, 2 MiB pages, no execution with NX, and reserved bits.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    mov edi, 0x30000
    mov ecx, 0x1000
    xor eax, eax
    rep stosd
    mov dword [0x30000], 0x31000 | P
    mov dword [0x31000], 0x32000 | P | W | U
    mov dword [0x31008], 0x83           ; 2 MiB at 0
    mov edi, 0x32000
    mov eax, P | W | U
next:
    mov [edi], eax
    add edi, 8
    add eax, 0x1000
    cmp edi, 0x33000
    jb next
    mov eax, cr4
    or al, 0x20
    mov cr4, eax
    mov ecx, 0xc0000080
    rdmsr
    or ah, 8
    wrmsr
    mov eax, 0x30000
    mov cr3, eax
    mov eax, cr0
    or eax, 0x80010000
    mov cr0, eax
    mov dword [0x200000 + 0x90000], 0x6677
    cmp dword [0x90000], 0x6677
    expect e, 1
    mov byte [0x90000], 0xc3
    call 0x90000
    mov dword [0x32000 + 0x90 * 8 + 4], 0x80000000
    invlpg [0x90000]
    mov al, [0x90000]
    mov dword [want_vector], 14
    mov dword [want_error], 0x11
    mov dword [want_eip], 0x90000
    mov dword [resume], after
    mov dword [check_number], 2
    call 0x90000
    fail 3
after:
    mov dword [0x32000 + 0x91 * 8 + 4], 0x00080000
    invlpg [0x91000]
    page_faults 0x91000, 9, 4, mov al, [0x91000]
    page_faults 0x40000000, 0, 5, mov al, [0x40000000]
    pass
    end_of_program
