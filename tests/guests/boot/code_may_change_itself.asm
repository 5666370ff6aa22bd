; What is written is executed next, in the same block and in a loop.
%include "verdict.inc"
%include "real.inc"
test:
    mov cx, 100
    xor bx, bx
again:
    mov byte [patch + 1], cl
patch:
    mov al, 0
    xor ah, ah
    add bx, ax
    loop again
    cmp bx, 5050
    expect e, 1
    xor dx, dx
    mov word [patched], 0x9090
    jmp short patched
patched:
    inc dx
    inc dx
    cmp dx, 0
    expect e, 2
    xor ax, ax
    mov cx, 3
    mov di, far_patch
    mov si, ones
    rep movsb
far_patch:
    nop
    nop
    nop
    cmp ax, 3
    expect e, 3
    pass
ones: inc ax
    inc ax
    inc ax
    pass
    end_of_sector
