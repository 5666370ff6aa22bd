; INT 1Ah, AH=00h and 01h; INT 08h counts and calls INT 1Ch.
%include "verdict.inc"
test:
    mov word [0x1c * 4], hook
    mov word [0x1c * 4 + 2], 0
    mov ah, 1
    mov cx, 0
    mov dx, 0x1234
    int 0x1a
    sti
.wait:
    hlt
    cmp word [count], 3
    jb .wait
    cli
    mov ah, 0
    int 0x1a
    cmp cx, 0
    expect e, 1
    sub dx, 0x1234
    cmp dx, 3
    expect ae, 2
    cmp dx, 5
    expect be, 3
    cmp al, 0
    expect e, 4
    pass
count: dw 0
hook:
    inc word [cs:count]
    iret
    end_of_sector
