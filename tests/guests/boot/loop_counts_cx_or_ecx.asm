; LOOP and JCXZ use CX in 16-bit code, ECX with an address-size prefix.
%include "verdict.inc"
%include "real.inc"
test:
    mov ecx, 0x10002
    xor ax, ax
one:
    inc ax
    loop one
    cmp ax, 2
    expect e, 1
    cmp ecx, 0x10000
    expect e, 2
    jcxz two
    fail 3
two:
    jecxz wrong
    mov ecx, 0x10001
    xor eax, eax
three:
    inc eax
    a32 loop three
    cmp eax, 0x10001
    expect e, 4
    mov cx, 5
    mov ax, 3
four:
    dec ax
    loopne four
    cmp cx, 2
    expect e, 5
    pass
wrong:
    fail 6
    pass
    end_of_sector
