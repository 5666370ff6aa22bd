; DR7: execution and data breakpoints raise #DB and say which in DR6.
%include "verdict.inc"
%include "real.inc"
test:
    mov eax, watched
    mov dr0, eax
    mov eax, 0x600
    mov dr1, eax
    mov eax, 0x00d0040a                 ; DR0: code; DR1: 4 bytes, written
    mov dr7, eax
    mov word [4], step
    mov word [6], 0
    xor cx, cx
    mov ax, [0x600]
watched:
    nop
    mov ax, [0x600]
    mov [0x602], ax
    mov [0x604], ax
    xor eax, eax
    mov dr7, eax
    cmp cx, 2
    expect e, 1
    cmp si, 1
    expect e, 2
    cmp di, 2
    expect e, 3
    pass
step:
    push eax
    mov eax, dr6
    and eax, 15
    inc cx
    cmp cx, 1
    je first
    mov di, ax
    jmp leave_
first:
    mov si, ax
    mov bp, sp
    or dword [bp + 4], 0                ; RF is not in a 16-bit frame
    mov eax, dr7
    and al, 0xfc                        ; so that it is not met again
    mov dr7, eax
leave_:
    xor eax, eax
    mov dr6, eax
    pop eax
    iret
    pass
    end_of_sector
