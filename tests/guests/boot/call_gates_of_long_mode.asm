; A 16-byte call gate from ring 3: the TSS's RSP, null SS, and RETFQ.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    mov word [gdt + SPARE - 0x10], service
    mov word [gdt + SPARE - 0x10 + 2], CODE64
    mov dword [gdt + SPARE - 0x10 + 4], 0xec00
    mov qword [gdt + SPARE - 0x10 + 8], 0
    pushfq
    or word [rsp], 0x3000
    popfq
    to_ring3_64 user
user:
    mov rbx, rsp
    call dword far [pointer]
after:
    cmp rsp, rbx
    expect e, 1
    mov ax, ss
    cmp ax, UDATA32
    expect e, 2
    pass
pointer: dd 0
    dw (SPARE - 0x10) | 3
service:
    mov ax, cs
    cmp ax, CODE64
    expect e, 3
    mov ax, ss
    cmp ax, 0
    expect e, 4
    cmp rsp, STACK0 - 32
    expect e, 5
    cmp qword [rsp], after
    expect e, 6
    cmp qword [rsp + 16], 0x6800
    expect e, 7
    o64 retf
    pass
    end_of_program
