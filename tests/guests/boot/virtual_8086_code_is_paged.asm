; VM86 under paging: its first MiB is elsewhere, and its faults come to the monitor.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
%include "paging.inc"
main:
    start_paging
    map 0x20000, 0x90000 | P | W | U
    map 0x21000, 0
    mov dword [0x90000], 0x900fffa1     ; MOV AX, [0FFF]
    set_gate 14, monitor, 0x8e
    push dword 0
    push dword 0
    push dword 0x2000
    push dword 0
    push dword 0x600
    push dword 0x800
    push dword 0x20002
    push dword 0x2000
    push dword 0
    iretd
monitor:
    mov eax, cr2
    cmp eax, 0x21000
    expect e, 1
    cmp dword [esp], 4
    expect e, 2
    cmp dword [esp + 4], 0
    expect e, 3
    cmp dword [esp + 8], 0x2000
    expect e, 4
    pass
    end_of_program
