; 8042: self test, command byte, the output port, and the keyboard's echo.
%include "verdict.inc"
%macro ready 0
%%again:
    in al, 0x64
    test al, 2
    jnz %%again
%endmacro
%macro answer 2
    mov ecx, 10000000
%%again:
    in al, 0x64
    test al, 1
    jnz %%there
    dec ecx
    jnz %%again
    fail %2
%%there:
    in al, 0x60
    cmp al, %1
    expect e, %2
%endmacro
test:
    cli
    ready
    mov al, 0xaa
    out 0x64, al
    answer 0x55, 1
    ready
    mov al, 0x60
    out 0x64, al
    ready
    mov al, 0x44
    out 0x60, al
    ready
    mov al, 0x20
    out 0x64, al
    answer 0x44, 2
    ready
    mov al, 0xae
    out 0x64, al
    ready
    mov al, 0xee
    out 0x60, al
    answer 0xee, 3
    ready
    mov al, 0xf5
    out 0x60, al
    answer 0xfa, 4
    ready
    mov al, 0xff
    out 0x60, al
    answer 0xfa, 5
    answer 0xaa, 6
    pass
    end_of_sector
