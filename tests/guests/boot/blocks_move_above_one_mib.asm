; INT 15h, AH=87h copies to 2 MiB and back.
%include "verdict.inc"
test:
    mov dword [0x8000], 0x12345678
    mov dword [0x8004], 0x9abcdef0
    mov si, table
    mov cx, 4
    mov ah, 0x87
    int 0x15
    expect nc, 1
    cmp ah, 0
    expect e, 2
    mov dword [0x8000], 0
    mov dword [0x8004], 0
    ; the other way round
    mov eax, [table + 16 + 2]
    xchg eax, [table + 24 + 2]
    mov [table + 16 + 2], eax
    mov si, table
    mov cx, 4
    mov ah, 0x87
    int 0x15
    expect nc, 3
    cmp dword [0x8000], 0x12345678
    expect e, 4
    cmp dword [0x8004], 0x9abcdef0
    expect e, 5
    pass
table:
    dq 0, 0
    dw 0xffff, 0x8000
    db 0, 0x93, 0, 0
    dw 0xffff, 0x0000
    db 0x20, 0x93, 0, 0
    dq 0, 0
    end_of_sector
