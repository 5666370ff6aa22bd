; Segment limits count in 32-bit code of long mode, and not in 64-bit code.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    mov ax, SMALL
    mov es, ax
    mov fs, ax
    mov eax, [es:0x1000]
    mov qword [0x10000 + 0x1000], 0x1111
    cmp qword [fs:0x1000], 0x1111
    expect e, 1
    set_gate64 13, monitor, 0x8e, 0
    push qword CODE32
    push qword compatible
    o64 retf
    bits 32
compatible:
    mov ax, DATA32
    mov ds, ax
    mov ss, ax
    mov al, [es:0xff]
here:
    mov al, [es:0x100]
    fail 2
    bits 64
monitor:
    cmp qword [rsp + 8], here
    expect e, 3
    cmp qword [rsp + 16], CODE32
    expect e, 4
    pass
    end_of_program
