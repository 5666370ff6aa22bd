; #GP(0) beyond a data segment's limit, #SS(0) for the stack, offsets of an expand-down segment.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov ax, SMALL
    mov es, ax
    mov byte [es:0xff], 1
    mov ax, [es:0xfe]
    faults 13, 0, 1, mov al, [es:0x100]
    faults 13, 0, 2, mov ax, [es:0xff]
    faults 13, 0, 3, mov [es:0xfd], eax
    mov edi, 0xfc
    mov ecx, 3
    faults 13, 0, 4, rep stosd
    cmp edi, 0x100
    expect e, 5
    cmp ecx, 2
    expect e, 6
    mov ax, 3
    mov gs, ax
    faults 13, 0, 9, mov al, [gs:0]
    mov ax, DOWNWARDS
    mov fs, ax
    mov eax, [fs:0x100]
    faults 13, 0, 7, mov eax, [fs:0xff]
    faults 13, 0, 8, mov al, [fs:0]
    mov eax, [fs:0x10000]
    mov bx, SMALL
    mov edx, esp
    mov ss, bx
    mov esp, 0x80
    push eax
    mov ebp, 0x100
    mov ebx, DATA32
    mov ss, bx
    mov esp, edx
    pass
    end_of_program
