; TF: INT 1 after every instruction, not after the one that loads SS, and with IP of the next.
%include "verdict.inc"
%include "real.inc"
test:
    mov word [4], step
    mov word [6], 0
    xor cx, cx
    pushf
    pop ax
    or ah, 1
    push ax
    popf
    nop                                 ; 1
    mov bx, ss                          ; 2
    mov ss, bx                          ; none behind this
    nop                                 ; 3
    inc dx                              ; 4
    pushf                               ; 5
    pop ax                              ; 6
    and ah, 0xfe                        ; 7
    push ax                             ; 8
    popf                                ; 9
    nop
    cmp cx, 9
    expect e, 1
    test ah, 1
    expect z, 2
    pass
step:
    inc cx
    iret
    pass
    end_of_sector
