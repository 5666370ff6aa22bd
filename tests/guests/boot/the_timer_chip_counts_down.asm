; 8254: counts are latched, channel 2 counts with its gate, its output is bit 5 of port 61h.
%include "verdict.inc"
test:
    mov al, 0x00
    out 0x43, al
    in al, 0x40
    mov bl, al
    in al, 0x40
    mov bh, al
    mov cx, 2000
.spin:
    loop .spin
    in al, 0x61
    and al, 0xfc
    or al, 1
    out 0x61, al
    mov al, 0xb0        ; channel 2, mode 0
    out 0x43, al
    mov al, 0x00
    out 0x42, al
    mov al, 0x08
    out 0x42, al
    in al, 0x61
    test al, 0x20
    expect z, 1
    mov al, 0x80
    out 0x43, al
    in al, 0x42
    mov bl, al
    in al, 0x42
    mov bh, al
    cmp bx, 0x0800
    expect be, 2
    mov ecx, 40000000
.until:
    in al, 0x61
    test al, 0x20
    jnz .high
    dec ecx
    jnz .until
    fail 3
.high:
    mov al, 0xe8        ; read back: status of channel 2
    out 0x43, al
    in al, 0x42
    test al, 0x80
    expect nz, 4
    and al, 0x3f
    cmp al, 0x30
    expect e, 5
    pass
    end_of_sector
