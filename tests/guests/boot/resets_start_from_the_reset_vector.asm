; A reset by the keyboard controller and one by port 0x92 start the machine anew.
%include "verdict.inc"
%define COUNT 0x7a              ; a byte of the clock's memory that nobody uses
test:
    mov al, COUNT
    out 0x70, al
    in al, 0x71
    cmp al, 0xa1
    je .by_port_92
    cmp al, 0xa2
    je .done
.by_keyboard:
    mov bl, 0xa1
    call put
    mov al, 0xfe
    out 0x64, al
    jmp wait_for_it
.by_port_92:
    mov bl, 0xa2
    call put
    in al, 0x92
    and al, 0xfe
    out 0x92, al
    or al, 1
    out 0x92, al
    jmp wait_for_it
.done:
    mov bl, 0
    call put
    pass
put:
    mov al, COUNT
    out 0x70, al
    mov al, bl
    out 0x71, al
    ret
wait_for_it:
    mov ecx, 10000000
.more:
    dec ecx
    jnz .more
    mov al, bl
    and al, 3
    verdict al
    end_of_sector
