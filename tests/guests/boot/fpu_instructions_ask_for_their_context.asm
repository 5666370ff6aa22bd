; TS: x87 and SSE raise #NM; EM: x87 does; SSE without CR4.OSFXSR is #UD; CLTS ends it.
%define SECTORS 8
%include "verdict.inc"
%include "protected.inc"
main:
    mov eax, cr0
    or al, 8
    mov cr0, eax
    faults 7, -1, 1, fldz
    faults 7, -1, 2, movq mm0, mm1
    clts
    fninit
    fldz
    faults 6, -1, 3, addps xmm0, xmm1
    mov eax, cr4
    or ah, 2
    mov cr4, eax
    addps xmm0, xmm1
    mov eax, cr0
    or al, 8
    mov cr0, eax
    faults 7, -1, 4, addps xmm0, xmm1
    and al, 0xf3
    or al, 4
    mov cr0, eax
    faults 7, -1, 5, fldz
    faults 6, -1, 6, addps xmm0, xmm1
    pass
    end_of_program
