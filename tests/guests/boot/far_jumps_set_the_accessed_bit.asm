; A descriptor that CS or a data segment register is loaded from is marked as accessed.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    cmp byte [gdt + CODE32 + 5], 0x9b
    expect e, 1
    cmp byte [gdt + DATA32 + 5], 0x93
    expect e, 2
    cmp byte [gdt + CODE16 + 5], 0x9a
    expect e, 3
    pass
    end_of_program
