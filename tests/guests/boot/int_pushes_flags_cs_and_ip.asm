; INT n pushes FLAGS, CS and IP, and clears IF and TF.
%include "verdict.inc"
%include "real.inc"
test:
    mov word [0x60 * 4], service
    mov word [0x60 * 4 + 2], 0
    mov dx, sp
    sti
    stc
    int 0x60
back:
    cmp word [caught], 0x1234
    expect e, 1
    cmp sp, dx
    expect e, 2
    pushf
    pop ax
    cli
    test ax, 0x200
    expect nz, 3
    pass
service:
    pushf
    pop ax
    mov bp, sp
    cmp word [bp], back
    expect e, 4
    cmp word [bp + 2], 0
    expect e, 5
    test word [bp + 4], 0x201
    expect nz, 6
    test ax, 0x300
    expect z, 7
    mov word [caught], 0x1234
    iret
    pass
    end_of_sector
