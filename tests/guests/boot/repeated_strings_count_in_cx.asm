; REP counts CX, or ECX with an address-size prefix; DF goes down; a segment override is for the source.
%include "verdict.inc"
%include "real.inc"
test:
    mov ecx, 0x10003
    mov di, 0x600
    mov al, 'x'
    rep stosb
    cmp di, 0x603
    expect e, 1
    cmp ecx, 0x10000
    expect e, 2
    mov ax, 0x1000
    mov fs, ax
    mov dword [fs:0], 0x64636261
    xor si, si
    mov di, 0x700
    mov cx, 2
    fs rep movsw
    cmp dword [0x700], 0x64636261
    expect e, 3
    cmp si, 4
    expect e, 4
    std
    mov si, 0x703
    mov di, 0x707
    mov cx, 4
    rep movsb
    cld
    cmp dword [0x704], 0x64636261
    expect e, 5
    cmp di, 0x703
    expect e, 6
    mov ecx, 2
    mov esi, 0x700
    mov edi, 0x780
    a32 rep movsd
    cmp ecx, 0
    expect e, 7
    cmp dword [0x784], 0x64636261
    expect e, 8
    mov cx, 0
    mov al, 'q'
    mov di, 0x700
    rep stosb
    cmp byte [0x700], 'a'
    expect e, 9
    pass
    end_of_sector
