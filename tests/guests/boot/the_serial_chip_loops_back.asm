; 16550: divisor, scratch, FIFO, loopback, and its interrupt by IRQ 4.
%include "verdict.inc"
%macro put 2
    mov dx, 0x3f8 + %1
    mov al, %2
    out dx, al
%endmacro
%macro get 1
    mov dx, 0x3f8 + %1
    in al, dx
%endmacro
test:
    put 3, 0x80
    put 0, 0x34
    put 1, 0x12
    get 0
    cmp al, 0x34
    expect e, 1
    put 3, 0x03
    put 7, 0x5a
    get 7
    cmp al, 0x5a
    expect e, 2
    put 2, 0x07
    get 2
    and al, 0xc0
    cmp al, 0xc0
    expect e, 3
    put 3, 0x80
    put 0, 0x01
    put 1, 0x00
    put 3, 0x03
    put 4, 0x1a
    get 6
    test al, 0x80
    expect nz, 4
    put 0, 'K'
    mov ecx, 10000000
.until:
    get 5
    test al, 1
    jnz .come
    dec ecx
    jnz .until
    fail 5
.come:
    get 0
    cmp al, 'K'
    expect e, 6
    get 5
    test al, 1
    expect z, 7
    pass
    end_of_sector
