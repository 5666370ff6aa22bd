; REPE CMPS and REPNE SCAS stop at the first difference and match, with the flags of it.
%include "verdict.inc"
%include "real.inc"
test:
    mov si, one
    mov di, two
    mov cx, 8
    repe cmpsb
    expect b, 1
    cmp cx, 3
    expect e, 2
    cmp byte [si - 1], 'E'
    expect e, 3
    mov di, one
    mov cx, 8
    mov al, 'D'
    repne scasb
    expect e, 4
    cmp di, one + 4
    expect e, 5
    mov di, one
    mov cx, 3
    mov al, 'Z'
    repne scasb
    expect ne, 6
    cmp cx, 0
    expect e, 7
    mov cx, 0
    cmp al, al
    repne scasb
    expect e, 8
    pass
one: db 'ABCDEFGH'
two: db 'ABCDXFGH'
    end_of_sector
