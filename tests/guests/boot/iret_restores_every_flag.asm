; IRET and POPF load the flags that real mode may change, IOPL and NT among them.
%include "verdict.inc"
%include "real.inc"
test:
    push word 0x7ed5
    push cs
    push word there
    iret
there:
    pushf
    pop ax
    cmp ax, 0x7ed7
    expect e, 1
    push dword 0x40ad7
    popfd
    pushfd
    pop eax
    and eax, 0x3f7fff
    cmp eax, 0x40ad7
    expect e, 2
    push dword 0x200002
    popfd
    pushfd
    pop ebx
    push dword 2
    popfd
    test ebx, 0x200000
    expect nz, 3
    pass
    end_of_sector
