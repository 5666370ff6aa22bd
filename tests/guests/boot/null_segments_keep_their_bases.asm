; FS and GS with a null selector keep the base that MSRs gave them, also over IRET and far RET to ring 3.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
%macro base 2                   ; MSR, VALUE
    mov ecx, %1
    mov eax, %2
    xor edx, edx
    wrmsr
%endmacro
main64:
    set_gate64 0x40, over, 0xee, 0
    set_gate64 0x41, done, 0xee, 0
    mov qword [0x600], 0x1111
    mov qword [0x700], 0x2222
    xor eax, eax
    mov fs, ax
    mov gs, ax
    base 0xc0000100, 0x600
    base 0xc0000101, 0x700
    to_ring3_64 user
user:
    mov rsi, [fs:0]
    mov rdi, [gs:0]
    int 0x40
over:
    cmp rsi, 0x1111
    expect e, 1
    cmp rdi, 0x2222
    expect e, 2
    cmp qword [fs:0], 0x1111
    expect e, 3
    mov rax, [rsp + 8]          ; the same by a far return
    mov rbx, [rsp + 24]
    mov rcx, [rsp + 32]
    push rcx                    ; SS
    push rbx                    ; RSP
    push rax                    ; CS
    mov rax, again
    push rax
    o64 retf
again:
    mov rsi, [fs:0]
    mov rdi, [gs:0]
    int 0x41
done:
    cmp rsi, 0x1111
    expect e, 4
    cmp rdi, 0x2222
    expect e, 5
    pass
    end_of_program
