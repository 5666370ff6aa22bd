; INTO is INT 4 if OF is set; the IP pushed is the next one's.
%include "verdict.inc"
%include "real.inc"
test:
    catch 4
    mov word [resume], wrong
    xor ax, ax
    into
    mov word [resume], after
    mov al, 0x7f
    add al, 1
    into
next:
    fail 1
wrong:
    fail 2
after:
    cmp word [caught_ip], next
    expect e, 3
    pass
    end_of_sector
