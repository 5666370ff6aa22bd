; INT 13h, AH=41h, 42h, 43h and 48h: by sector numbers, on a hard disk.
%define HARD_DISK
%include "verdict.inc"
test:
    mov [drive], dl
    cmp dl, 0x80
    expect e, 1
    mov ah, 0x41
    mov bx, 0x55aa
    int 0x13
    expect nc, 2
    cmp bx, 0xaa55
    expect e, 3
    test cx, 1
    expect nz, 4
    mov si, packet
    mov ah, 0x42
    int 0x13
    expect nc, 5
    cmp word [0x81fe], 0xaa55
    expect e, 6
    mov word [0x8000], 0x7777
    mov dword [packet + 8], 100
    mov ax, 0x4300
    mov dl, [drive]
    int 0x13
    expect nc, 7
    mov word [0x8000], 0
    mov ah, 0x42
    mov dl, [drive]
    int 0x13
    expect nc, 8
    cmp word [0x8000], 0x7777
    expect e, 9
    mov word [0x9000], 26
    mov si, 0x9000
    mov ah, 0x48
    mov dl, [drive]
    int 0x13
    expect nc, 10
    cmp dword [0x9010], 4096
    expect e, 11
    cmp word [0x9018], 512
    expect e, 12
    mov dword [packet + 8], 0x00ffffff
    mov si, packet
    mov ah, 0x42
    mov dl, [drive]
    int 0x13
    expect c, 13
    pass
drive: db 0
align 4
packet:
    db 16, 0
    dw 1, 0x8000, 0
    dq 0
    end_of_sector
