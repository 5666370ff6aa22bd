; FS and GS bases by MSRs, SWAPGS, RDFSBASE with CR4.FSGSBASE; 32-bit selectors reset them.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    mov ecx, 0xc0000100
    mov eax, 0x90000
    xor edx, edx
    wrmsr
    inc ecx
    mov eax, 0x91000
    wrmsr
    inc ecx
    mov eax, 0x92000
    wrmsr
    mov qword [0x90008], 1
    mov qword [0x91008], 2
    mov qword [0x92008], 3
    cmp qword [fs:8], 1
    expect e, 1
    cmp qword [gs:8], 2
    expect e, 2
    swapgs
    cmp qword [gs:8], 3
    expect e, 3
    rdmsr
    cmp eax, 0x91000
    expect e, 4
    mov eax, -1
    mov edx, 0x7fff0000
    faults64 13, 0, 5, wrmsr
    mov ax, DATA32
    mov fs, ax
    mov rbx, [fs:0x90008]
    cmp rbx, 1
    expect e, 6
    faults64 6, -1, 7, rdfsbase rax
    mov rax, cr4
    or eax, 0x10000
    mov cr4, rax
    mov rax, 0x90000
    wrfsbase rax
    cmp qword [fs:8], 1
    expect e, 8
    pass
    end_of_program
