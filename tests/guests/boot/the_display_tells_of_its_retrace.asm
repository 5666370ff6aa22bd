; Port 3dah: bit 3 goes on and off, 60 or 70 times a second.
%include "verdict.inc"
test:
    mov dx, 0x3da
    mov bx, 5
.frame:
    mov ecx, 200000000
.on:
    in al, dx
    test al, 8
    jnz .is_on
    dec ecx
    jnz .on
    fail 1
.is_on:
    mov ecx, 200000000
.off:
    in al, dx
    test al, 8
    jz .is_off
    dec ecx
    jnz .off
    fail 2
.is_off:
    dec bx
    jnz .frame
    pass
    end_of_sector
