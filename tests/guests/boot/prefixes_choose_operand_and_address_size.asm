; 66 and 67 in 16-bit code, alone and together.
%include "verdict.inc"
%include "real.inc"
test:
    mov eax, 0x12345678
    mov ebx, 0x600
    mov [ebx + 4], eax
    cmp word [0x606], 0x1234
    expect e, 1
    movzx ecx, word [ebx + 6]
    cmp ecx, 0x1234
    expect e, 2
    mov edx, [ebx * 2 - 0x600 + 4]
    cmp edx, eax
    expect e, 3
    bswap edx
    cmp edx, 0x78563412
    expect e, 4
    movsx eax, byte [limits]
    cmp eax, -2
    expect e, 5
    shld edx, eax, 8
    cmp dl, 0xff
    expect e, 6
    bsf ecx, [ebx + 4]
    cmp ecx, 3
    expect e, 7
    imul eax, eax, 1000
    cmp eax, -2000
    expect e, 8
    cwde
    cdq
    cmp edx, -1
    expect e, 9
    bt word [ebx + 4], 3
    expect c, 10
    mov cx, 35
    bt [ebx], cx
    expect c, 11
    setc al
    cmp al, 1
    expect e, 12
    pass
limits: db -2
    end_of_sector
