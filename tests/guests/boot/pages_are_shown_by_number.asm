; INT 10h, AH=05h: the page that is shown, and where it starts.
%include "verdict.inc"
test:
    mov ax, 3
    int 0x10
    mov ax, 0x0502
    int 0x10
    mov ah, 0x0f
    int 0x10
    cmp bh, 2
    expect e, 1
    cmp byte [0x462], 2
    expect e, 2
    mov ax, [0x44c]
    add ax, ax
    cmp [0x44e], ax
    expect e, 3
    mov ax, 0x0e41
    mov bh, 0
    int 0x10
    mov ax, 0xb800
    mov es, ax
    mov si, [0x44e]
    cmp byte [es:si], 'A'
    je .shown_page
    cmp byte [es:0], 'A'
    expect e, 4
.shown_page:
    pass
    end_of_sector
