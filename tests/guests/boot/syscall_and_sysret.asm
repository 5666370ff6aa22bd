; SYSCALL into a kernel: RCX, R11, FMASK, the selectors of STAR; SYSRET to 64 and 32-bit code.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    mov ecx, 0xc0000081
    xor eax, eax
    mov edx, ((UCODE64 - 16) << 16) | CODE64
    wrmsr
    inc ecx
    mov eax, kernel
    xor edx, edx
    wrmsr
    inc ecx
    mov eax, kernel32
    wrmsr
    inc ecx
    mov eax, 0x701
    wrmsr
    mov rcx, user
    mov r11, 0x203
    cli
    o64 sysret
user:
    mov rsp, 0x6800
    mov ax, cs
    cmp ax, UCODE64
    jne wrong
    mov ax, ss
    cmp ax, UCODE64 - 8
    jne wrong
    mov eax, 5
    std
    stc
    syscall
there:
    mov eax, 6
    syscall
wrong:
    ud2
kernel:
    cmp eax, 6
    je second
    cmp eax, 5
    expect e, 1
    cmp rcx, there
    expect e, 2
    mov rax, r11
    and eax, 0x601
    cmp eax, 0x601
    expect e, 3
    pushfq
    pop rax
    test eax, 0x601
    expect z, 4
    mov ax, cs
    cmp ax, CODE64
    expect e, 5
    mov ax, ss
    cmp ax, CODE64 + 8
    expect e, 6
    cmp rsp, 0x6800
    expect e, 7
    o64 sysret
second:
    test r11d, 0x400
    expect nz, 8
    mov rcx, compatible
    o32 sysret
    bits 32
compatible:
    mov eax, 9
    mov ebx, cs
    syscall
    bits 64
kernel32:
    cmp eax, 9
    expect e, 9
    cmp bx, UCODE64 - 16
    expect e, 10
    mov rbx, rcx
    shr rbx, 32
    expect z, 11
    pass
    end_of_program
