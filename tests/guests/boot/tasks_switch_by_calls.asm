; CALL to a TSS, IRET back with NT, JMP to a task; what is saved and loaded, busy bits, the back link, TS.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov edi, tss2
    mov dword [edi + 32], task
    mov dword [edi + 36], 2
    mov dword [edi + 56], 0x6400
    mov dword [edi + 40], 0xaaaa
    mov dword [edi + 72], DATA32
    mov dword [edi + 76], CODE32
    mov dword [edi + 80], DATA32
    mov dword [edi + 84], DATA32
    mov dword [edi + 102], 104
    clts
    mov eax, 0x5555
    mov ebx, 0x1234
    call TSS2:0
    cmp eax, 0x5555
    expect e, 1
    cmp ebx, 0x1234
    expect e, 2
    cmp byte [gdt + TSS2 + 5], 0x89
    expect e, 3
    cmp dword [tss2 + 40], 0xbbbb
    expect e, 4
    pushfd
    pop eax
    test eax, 0x4000
    expect z, 5
    call TSS2:0                         ; goes on after its IRET
    cmp byte [caught], 77
    expect e, 6
    pass
task:
    cmp eax, 0xaaaa
    expect e, 7
    mov eax, cr0
    test al, 8
    expect nz, 8
    clts
    str ax
    cmp ax, TSS2
    expect e, 9
    cmp byte [gdt + TSS + 5], 0x8b
    expect e, 10
    cmp byte [gdt + TSS2 + 5], 0x8b
    expect e, 11
    cmp word [tss2], TSS
    expect e, 12
    pushfd
    pop eax
    test eax, 0x4000
    expect nz, 13
    mov eax, 0xbbbb
    iretd
    mov byte [caught], 77
    iretd
    pass
    end_of_program
