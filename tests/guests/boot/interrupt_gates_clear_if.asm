; Interrupt gates clear IF, trap gates do not; TF and NT are cleared by both; 16-bit gates push words.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    set_gate 0x40, look, 0x8e
    set_gate 0x41, look, 0x8f
    set_gate 0x42, look16, 0x86
    cli
    mov al, 0xff
    out 0x21, al
    out 0xa1, al
    sti
    int 0x40
    test eax, 0x200
    expect z, 1
    int 0x41
    test eax, 0x200
    expect nz, 2
    pushfd
    pop eax
    test eax, 0x200
    expect nz, 3
    mov ebx, esp
    int 0x42
    cmp esp, ebx
    expect e, 4
    cli
    pass
look:
    pushfd
    pop eax
    iretd
look16:
    lea ecx, [esp + 6]
    cmp ecx, ebx
    expect e, 5
    o16 iret
    pass
    end_of_program
