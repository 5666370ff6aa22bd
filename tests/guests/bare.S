# A whole program in a few instructions: writes a line and exits with 7.
    .intel_syntax noprefix
    .globl _start
    .text
_start:
    mov eax, 1
    mov edi, 1
    lea rsi, [rip + message]
    mov edx, offset message_length
    syscall
    mov eax, 231
    mov edi, 7
    syscall
    .section .rodata
message:
    .ascii "bare metal\n"
    .set message_length, . - message
    .section .note.GNU-stack, "", @progbits
