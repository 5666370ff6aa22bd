; LDS, LES, LFS, LGS and LSS.
%include "verdict.inc"
%include "real.inc"
test:
    mov dword [0x600], 0x12340010
    les bx, [0x600]
    mov ax, es
    cmp ax, 0x1234
    expect e, 1
    cmp bx, 0x10
    expect e, 2
    mov dword [es:bx], 0xcafebabe
    lfs si, [0x600]
    cmp dword [fs:si], 0xcafebabe
    expect e, 3
    mov dword [0x604], 0x00012350
    mov word [0x608], 0
    lgs edi, [0x600]
    mov ax, gs
    cmp ax, 0x2350
    expect e, 4
    cmp edi, 0x12340010
    expect e, 5
    mov dword [0x600], 0x10000100
    lss sp, [0x600]
    push word 0x55aa
    mov ax, 0x1000
    mov es, ax
    cmp word [es:0xfe], 0x55aa
    expect e, 6
    lds ax, [0x600]
    mov cx, ds
    cmp cx, 0x1000
    expect e, 7
    pass
    end_of_sector
