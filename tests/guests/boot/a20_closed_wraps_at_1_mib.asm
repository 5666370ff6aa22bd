; With A20 closed by port 92h, FFFF:0010 is 0000:0000; with it open it is not.
%include "verdict.inc"
%include "real.inc"
test:
    in al, 0x92
    or al, 2
    and al, 0xfe
    out 0x92, al
    mov ax, 0xffff
    mov es, ax
    mov word [0x500], 0x1111
    mov word [es:0x510], 0x2222
    cmp word [0x500], 0x1111
    expect e, 1
    in al, 0x92
    and al, 0xfc
    out 0x92, al
    cmp word [es:0x510], 0x1111
    expect e, 2
    mov word [es:0x510], 0x3333
    cmp word [0x500], 0x3333
    expect e, 3
    in al, 0x92
    or al, 2
    and al, 0xfe
    out 0x92, al
    cmp word [es:0x510], 0x2222
    expect e, 4
    pass
    end_of_sector
