; Segment limits of 4 GiB stay when real mode is entered with them, and a load of the base too.
%include "verdict.inc"
test:
    in al, 0x92
    or al, 2
    and al, 0xfe
    out 0x92, al
    lgdt [gdtr]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp short $ + 2
    mov bx, 8
    mov ds, bx
    and al, 0xfe
    mov cr0, eax
    jmp short $ + 2
    mov ebx, 0x200000
    mov dword [ebx], 0x13572468
    xor ax, ax
    mov ds, ax
    cmp dword [ebx], 0x13572468
    expect e, 1
    mov ax, 0x10
    mov ds, ax
    cmp dword [ebx - 0x100], 0x13572468
    expect e, 2
    pass
gdt: dq 0
    dw 0xffff, 0, 0x9200, 0x00cf
gdtr: dw 15
    dd gdt
    end_of_sector
