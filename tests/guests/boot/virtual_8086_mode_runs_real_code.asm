; IRET into VM86: segments are bases, INT and HLT come to the monitor as #GP(0), PUSHF with IOPL 0 too.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    set_gate 13, monitor, 0x8e
    mov word [0x20000], 0x5a5a
    push dword 0                        ; GS
    push dword 0                        ; FS
    push dword 0x2000                   ; DS
    push dword 0                        ; ES
    push dword 0x600                    ; SS
    push dword 0x800                    ; ESP
    push dword 0x20002                  ; VM
    push dword 0                        ; CS
    push dword virtual
    iretd
    bits 16
virtual:
    mov ax, ds
    cmp ax, 0x2000
    jne wrong
    cmp word [0], 0x5a5a
    jne wrong
    mov bx, 0xfffe
    push ax
    pop cx
    cmp cx, ax
    jne wrong
    mov ax, 0x1234
    mov es, ax
    mov word [cs:0x500], 0x77
    int 0x21
    pushf
    hlt
wrong:
    ud2
    bits 32
monitor:
    mov ax, DATA32
    mov ds, ax
    cmp dword [esp], 0
    expect e, 1
    mov eax, [esp + 12]
    test eax, 0x20000
    expect nz, 2
    cmp dword [esp + 20], 0x600
    expect e, 3
    cmp dword [esp + 24], 0x1234        ; ES
    expect e, 4
    cmp dword [esp + 28], 0x2000        ; DS
    expect e, 5
    cmp esp, STACK0 - 40
    expect e, 6
    movzx ebx, word [esp + 4]
    inc dword [caught]
    mov al, [ebx]
    cmp al, 0xcd
    je interrupt
    cmp al, 0x9c
    je flags
    cmp al, 0xf4
    expect e, 7
    cmp dword [caught], 3
    expect e, 8
    cmp word [0x500], 0x77
    expect e, 9
    pass
interrupt:
    cmp byte [ebx + 1], 0x21
    expect e, 10
    inc dword [esp + 4]
flags:
    inc dword [esp + 4]
    add esp, 4
    iretd
    pass
    end_of_program
