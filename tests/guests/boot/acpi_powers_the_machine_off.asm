; Port 604h with SLP_EN ends the machine; what qemu and others do, and what kernels try.
%include "verdict.inc"
test:
    mov dx, 0x604
    mov ax, 0x2000
    out dx, ax
    mov dx, 0xb004
    out dx, ax
    cli
    hlt
    fail 1
    end_of_sector
