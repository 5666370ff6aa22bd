; LOCK XADD, CMPXCHG8B and BTS with a register reach where they should, across limits too.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov ax, SMALL
    mov es, ax
    mov dword [es:0x10], 5
    mov eax, 3
    lock xadd [es:0x10], eax
    cmp eax, 5
    expect e, 1
    cmp dword [es:0x10], 8
    expect e, 2
    mov eax, 8
    mov edx, [es:0x14]
    mov ebx, 0x11
    mov ecx, 0x22
    lock cmpxchg8b [es:0x10]
    expect z, 3
    cmp dword [es:0x14], 0x22
    expect e, 4
    mov ecx, 8 * 8 + 3
    bts [es:0x10], ecx
    expect nc, 5
    bt dword [es:0x18], 3
    expect c, 6
    mov ecx, -32
    btc [es:0x10], ecx
    bt dword [es:0x0c], 0
    expect c, 7
    pass
    end_of_program
