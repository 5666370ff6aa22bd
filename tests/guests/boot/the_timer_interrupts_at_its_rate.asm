; Channel 0 reprogrammed to about 1 kHz by mode 2 interrupts at vector 8.
%include "verdict.inc"
test:
    mov word [8 * 4], hook
    mov word [8 * 4 + 2], 0
    mov al, 0x34
    out 0x43, al
    mov al, 0xa9
    out 0x40, al
    mov al, 0x04
    out 0x40, al
    sti
.wait:
    hlt
    cmp word [count], 50
    jb .wait
    cli
    ; an interrupt that is in service keeps its own level away
    mov al, 0x0b
    out 0x20, al
    in al, 0x20
    test al, 1
    expect z, 1
    pass
count: dw 0
hook:
    push ax
    mov al, 0x0b
    out 0x20, al
    in al, 0x20
    test al, 1
    jz .wrong
    inc word [cs:count]
.wrong:
    mov al, 0x20
    out 0x20, al
    pop ax
    iret
    end_of_sector
