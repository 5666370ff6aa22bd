; #GP(0) for other addresses, #SS(0) with RSP or RBP, for data, branches and returns.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    mov rbx, 0x800000000000
    mov rbp, rbx
    faults64 13, 0, 1, mov al, [rbx]
    faults64 12, 0, 2, mov al, [rbp]
    faults64 13, 0, 3, mov [rbx], rax
    faults64 13, 0, 4, jmp rbx
    faults64 13, 0, 5, call rbx
    push rbx
    faults64 13, 0, 6, ret
    pop rax
    mov rdi, rbx
    mov ecx, 1
    faults64 13, 0, 7, rep stosb
    mov rdx, rsp
    mov rsp, rbx
    mov dword [want_vector], -1
    mov rsp, rdx
    faults64 13, 0, 8, inc qword [rbx]
    faults64 14, 2, 9, mov [0x400000], rax
    mov rbx, 0xffffffffffffffff
    faults64 14, 0, 10, mov al, [rbx]
    pass
    end_of_program
