; 16-byte SSE and 8-byte accesses over the edge of pages that are not neighbours.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    map 0x80000, 0x90000 | P | W
    map 0x81000, 0x95000 | P | W
    mov rax, 0x1122334455667788
    mov [0x80ffc], rax
    cmp dword [0x90ffc], 0x55667788
    expect e, 1
    cmp dword [0x95000], 0x11223344
    expect e, 2
    movups xmm0, [0x80ff8]
    movups [0x80ff1], xmm0
    mov rbx, [0x80ff5]
    cmp rbx, rax
    expect e, 3
    lock xadd [0x80ffd], rax
    cmp byte [0x95000], al
    fxsave [0x98000]
    mov rcx, [0x80ffe]
    xchg [0x80ffa], rcx
    map 0x81000, 0
    faults64 14, 2, 4, movups [0x80ff8], xmm0
    faults64 14, 0, 5, movups xmm1, [0x80ff8]
    mov rax, cr2
    cmp rax, 0x81000
    expect e, 6
    pass
    end_of_program
