; SYSCALL in real mode is the host's: write(2), an unknown call, exit_group(2).
%include "verdict.inc"
test:
    mov eax, 1
    mov edi, 1
    mov esi, text
    mov edx, 6
    syscall
    cmp eax, 6
    expect e, 1
    mov eax, 999
    syscall
    cmp eax, -38
    expect e, 2
    mov eax, 231
    mov edi, 33
    syscall
    fail 3
text: db "hello", 10
    end_of_sector
