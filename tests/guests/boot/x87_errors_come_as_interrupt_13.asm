; With CR0.NE clear an unmasked x87 exception is interrupt request 13, when the next x87 instruction waits for it.
%include "verdict.inc"
test:
    mov word [0x75 * 4], handler
    mov word [0x75 * 4 + 2], 0
    mov eax, cr0
    and eax, ~0x2c              ; NE, TS and EM
    or eax, 2                   ; MP
    mov cr0, eax
    in al, 0xa1
    and al, 0xdf                ; IRQ 13
    out 0xa1, al
    in al, 0x21
    and al, 0xfb
    out 0x21, al
    fninit
    mov word [control], 0x037b  ; division by zero is not masked
    fldcw [control]
    sti
    fld1
    fldz
    fdivp                       ; the exception, which is not reported yet
    fnop
    nop
    nop
    cmp byte [seen], 1
    expect e, 1
    fnstsw ax
    test al, 4                  ; the handler has cleared it
    expect z, 2
    fld1                        ; and another one is not reported
    cmp byte [seen], 1
    expect e, 3
    pass
handler:
    push ax
    inc byte [seen]
    mov al, 0
    out 0xf0, al                ; the latch of the error line
    fnclex
    mov al, 0x20
    out 0xa0, al
    out 0x20, al
    pop ax
    iret
control: dw 0
seen: db 0
    end_of_sector
