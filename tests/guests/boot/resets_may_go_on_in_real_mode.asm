; With code 5 or 10 in the clock's memory a reset goes on at the pointer in 0040:0067: so a 286 left protected mode.
%include "verdict.inc"
%define SECOND (0x7d00 - 0x10) >> 4
%macro cmos 2
    mov al, %1
    out 0x70, al
    mov al, %2
    out 0x71, al
%endmacro
test:
    mov word [0x467], .first
    mov word [0x469], 0
    cmos 0x8f, 10
    mov eax, 0x12345678
    mov [0x600], eax
    lgdt [table]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    mov al, 0xfe
    out 0x64, al
    jmp $
.first:
    cli
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7000
    mov eax, cr0
    test al, 1
    expect z, 1
    cmp dword [0x600], 0x12345678
    expect e, 2
    mov ax, cs
    test ax, ax
    expect z, 3
    mov word [0x467], 0x0010    ; the same place by another segment
    mov word [0x469], SECOND
    cmos 0x8f, 5
    mov al, 0xfe
    out 0x64, al
    jmp $
    times 0x100 - ($ - $$) db 0x90  ; at 0x7d00
.second:
    cli
    mov ax, cs
    mov bx, SECOND
    xor dx, dx
    mov ds, dx
    cmp ax, bx
    expect e, 4
    cmos 0x8f, 0
    pass
table: dw 7
    dd nothing
nothing: dq 0
    end_of_sector
