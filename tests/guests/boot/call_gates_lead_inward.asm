; A call gate from ring 3 switches stacks and copies parameters; RETF n undoes it.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov dword [gdt + GATE], CODE32 << 16 | at(service)
    mov dword [gdt + GATE + 4], 0xec02
    pushfd
    or word [esp], 0x3000               ; so that the verdict can be given in ring 3
    popfd
    to_ring3 user
user:
    mov ax, UDATA32
    mov ds, ax
    push dword 0x1111
    push dword 0x2222
    mov ebp, esp
    call GATE | 3:0xdeadbeef
    cmp eax, 0x3333
    expect e, 1
    lea ebx, [ebp + 8]
    cmp esp, ebx
    expect e, 2
    mov ax, cs
    cmp ax, UCODE32
    expect e, 3
    mov ax, ss
    cmp ax, UDATA32
    expect e, 4
    mov ax, es
    cmp ax, 0
    expect e, 5
    mov byte [caught], 0
    pass
service:
    mov ax, cs
    cmp ax, CODE32
    expect e, 6
    mov ax, ss
    cmp ax, DATA32
    expect e, 7
    cmp esp, STACK0 - 24
    expect e, 8
    cmp dword [esp + 4], UCODE32
    expect e, 9
    mov bx, DATA32
    mov es, bx
    mov eax, [esp + 8]
    add eax, [esp + 12]
    cmp dword [esp + 16], ebp
    expect e, 10
    retf 8
    pass
    end_of_program
