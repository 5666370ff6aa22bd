; INT 15h, AH=88h, AX=E801h and E820h agree about memory: 16 MiB here.
%include "verdict.inc"
test:
    mov ah, 0x88
    int 0x15
    expect nc, 1
    cmp ax, 14 * 1024
    expect ae, 2
    mov ax, 0xe801
    int 0x15
    expect nc, 3
    cmp ax, 14 * 1024
    expect ae, 4
    xor ebx, ebx
    xor ebp, ebp
.next:
    mov eax, 0xe820
    mov edx, 0x534d4150
    mov ecx, 20
    mov di, 0x8000
    int 0x15
    expect nc, 5
    cmp eax, 0x534d4150
    expect e, 6
    cmp dword [0x8010], 1
    jne .other
    cmp dword [0x8000], 0x100000
    jne .other
    mov ebp, [0x8008]
.other:
    test ebx, ebx
    jnz .next
    cmp ebp, 14 << 20
    expect ae, 7
    pass
    end_of_sector
