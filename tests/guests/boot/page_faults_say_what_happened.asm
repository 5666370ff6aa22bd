; #PF: error codes for reads, writes, absent pages, WP; CR2.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    start_paging
    map 0x80000, 0
    page_faults 0x80123, 0, 1, mov al, [0x80123]
    page_faults 0x80123, 2, 2, mov [0x80123], al
    page_faults 0x80124, 2, 3, inc dword [0x80124]
    map 0x80000, 0x90000 | P
    mov dword [0x80000], 0x4444         ; WP is clear: the supervisor may
    cmp dword [0x90000], 0x4444
    expect e, 4
    mov eax, cr0
    or eax, 0x10000
    mov cr0, eax
    page_faults 0x80000, 3, 5, mov [0x80000], ebx
    mov eax, [0x80000]
    page_faults 0x400000, 0, 6, mov eax, [0x400000]
    page_faults 0xffc00000, 2, 7, mov [0xffc00000], eax
    pass
    end_of_program
