; What is put into the buffer is at 40:1e, and its ends at 40:80; 15 keys fill it.
%include "verdict.inc"
test:
    sti
    mov bx, 15
.more:
    mov ah, 5
    mov cx, 0x1e61
    int 0x16
    cmp al, 0
    expect e, 1
    dec bx
    jnz .more
    mov ah, 5
    mov cx, 0x1e61
    int 0x16
    cmp al, 1
    expect e, 2
    mov si, [0x41a]
    cmp word [0x400 + si], 0x1e61
    expect e, 3
    mov ax, [0x482]
    sub ax, [0x480]
    cmp ax, 32
    expect e, 4
    mov bx, 15
.take:
    mov ah, 0
    int 0x16
    dec bx
    jnz .take
    mov ax, [0x41a]
    cmp ax, [0x41c]
    expect e, 5
    pass
    end_of_sector
