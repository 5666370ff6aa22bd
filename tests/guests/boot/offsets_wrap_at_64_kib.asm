; 16-bit addresses are formed modulo 64 KiB; 32-bit ones are not.
%include "verdict.inc"
%include "real.inc"
test:
    mov word [0x500], 0x4321
    mov bx, 0x8000
    mov si, 0x8500
    cmp word [bx + si], 0x4321
    expect e, 1
    cmp word [bx + 0x8500], 0x4321
    expect e, 2
    mov di, 0x510
    mov bp, 0xfff0
    cmp word [bp + di], 0x4321
    expect e, 3
    mov ebx, 0xfffffff0
    cmp word [ebx + 0x510], 0x4321
    expect e, 4
    mov eax, 0x12340000
    lea ax, [eax + 5]
    cmp ax, 5
    expect e, 5
    lea eax, [bx + 0x20]
    cmp eax, 0x10
    expect e, 6
    pass
    end_of_sector
