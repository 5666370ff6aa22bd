; Configuration mechanism 1: the address is kept; a device number that nobody has reads as ones.
%include "verdict.inc"
test:
    mov dx, 0xcf8
    mov eax, 0x8000f800
    out dx, eax
    in eax, dx
    cmp eax, 0x8000f800
    expect e, 1
    mov dx, 0xcfc
    in eax, dx
    cmp eax, 0xffffffff
    expect e, 2
    pass
    end_of_sector
