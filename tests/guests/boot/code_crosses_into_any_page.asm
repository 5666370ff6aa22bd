; An instruction over the edge of two pages follows their mapping, also when that changes.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    start_paging
    map 0x80000, 0x90000 | P | W
    map 0x81000, 0x95000 | P | W
    mov byte [0x90ffe], 0xb8            ; MOV EAX, 0x443322xx
    mov dword [0x90fff], 0x11
    mov dword [0x95000], 0xc3443322
    mov dword [0x97000], 0xc3776655
    call 0x80ffe
    cmp eax, 0x44332211
    expect e, 1
    map 0x81000, 0x97000 | P | W
    call 0x80ffe
    cmp eax, 0x77665511
    expect e, 2
    map 0x81000, 0x95000 | P | W
    mov byte [0x81000], 0x99
    mov ecx, 3
again:
    call 0x80ffe
    cmp eax, 0x44339911
    expect e, 3
    loop again
    map 0x81000, 0
    mov dword [want_vector], 14
    mov dword [want_error], 0
    mov dword [want_eip], 0x80ffe
    mov dword [resume], after
    mov dword [check_number], 4
    call 0x80ffe
    fail 5
after:
    mov eax, cr2
    cmp eax, 0x81000
    expect e, 6
    pass
    end_of_program
