; Words over the edge of two pages that are not neighbours: loads, stores, read-modify-writes, strings, x87.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    start_paging
    map 0x80000, 0x90000 | P | W
    map 0x81000, 0x95000 | P | W
    mov dword [0x80ffe], 0x12345678
    cmp word [0x90ffe], 0x5678
    expect e, 1
    cmp word [0x95000], 0x1234
    expect e, 2
    add dword [0x80ffe], 0x11110000
    cmp word [0x95000], 0x2345
    expect e, 3
    mov eax, [0x80ffd]
    cmp eax, 0x34567800 + 0x11000000
    expect e, 4
    lock inc dword [0x80ffd]
    cmp byte [0x90ffd], 1
    expect e, 5
    mov eax, 0xaabbccdd
    xchg eax, [0x80fff]
    cmp byte [0x90fff], 0xdd
    expect e, 6
    cmp word [0x95001], 0xaabb
    expect e, 7
    fild qword [0x80ffa]
    fistp qword [0x80ffb]
    mov esi, 0x80ff0
    mov edi, 0x98000
    mov ecx, 8
    rep movsd
    cmp byte [0x98010], 0xdd
    expect e, 8
    push dword 0x77
    mov ebx, esp
    mov esp, 0x81002
    push dword 0xcafe1234
    mov esp, ebx
    cmp word [0x95000], 0xcafe
    expect e, 9
    map 0x81000, 0
    page_faults 0x81000, 2, 10, mov [0x80ffe], eax
    cmp word [0x90ffe], 0x1234
    expect e, 11
    page_faults 0x81000, 0, 12, add eax, [0x80ffd]
    page_faults 0x81000, 2, 13, inc dword [0x80ffe]
    pass
    end_of_program
