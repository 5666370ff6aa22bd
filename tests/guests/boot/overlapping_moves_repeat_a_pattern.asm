; REP MOVSB onto the bytes right behind fills with what was just written.
%include "verdict.inc"
%include "real.inc"
test:
    mov byte [0x600], 'z'
    mov si, 0x600
    mov di, 0x601
    mov cx, 5000
    rep movsb
    cmp byte [0x600 + 5000], 'z'
    expect e, 1
    mov word [0x600], 0x4241
    mov di, 0x602
    mov si, 0x600
    mov cx, 100
    rep movsw
    cmp word [0x600 + 200], 0x4241
    expect e, 2
    pass
    end_of_sector
