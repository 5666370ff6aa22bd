; Large pages of long mode, NX on all levels.
%define SECTORS 9
%include "verdict.inc"
%include "protected.inc"
%include "long.inc"
main64:
    mov qword [PD + 8], 0x83            ; 2 MiB at 0
    mov dword [0x200000 + 0x90000], 0x1234
    cmp dword [0x90000], 0x1234
    expect e, 1
    mov eax, 0x80000001
    cpuid
    test edx, 1 << 26
    jz no_gigabytes
    mov qword [PDPT + 8], 0x83          ; 1 GiB at 0
    cmp dword [0x40090000], 0x1234
    expect e, 2
    mov dword [0x40090004], 0x5678
    cmp dword [0x90004], 0x5678
    expect e, 3
no_gigabytes:
    mov byte [0x90000], 0xc3
    call 0x90000
    mov rax, 0x8000000000000083
    mov [PD + 16], rax
    mov al, [0x490000]
    mov dword [want_vector], 14
    mov dword [want_error], 0x11
    mov dword [want_eip], 0x490000
    mov dword [resume], after
    mov dword [check_number], 4
    mov eax, 0x490000
    call rax
    fail 5
after:
    mov dword [PML4 + 8], PDPT | 0x80 | P | W
    mov rbx, 0x8000000000
    faults64 14, 9, 6, mov al, [rbx]
    pass
    end_of_program
