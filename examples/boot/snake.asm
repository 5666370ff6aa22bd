; Snake in one boot sector, in text mode. The arrows turn; stars make it longer; walls and itself end the
; game, and then any key begins the next.
;
; The screen is the board: a cell of text memory is a character and its colours, and what the snake runs into
; is read from there. The snake's cells, by their offsets in text memory, stand in a ring of 2048 words.

    bits 16
    org 0x7c00

TICKS equ 0x46c                         ; the BIOS counts 18.2 a second here
RING equ 0x8000
RING_MASK equ 0xfff
ROW equ 160                             ; bytes of a row of text

BLANK equ 0x0720                        ; colours << 8 | character
WALL equ 0x18b1
BODY equ 0x0afe
FOOD equ 0x0e2a
CRASH equ 0x4f58

; DI: the head, BP: the head's place in the ring; the rest is in memory, behind the program.

    jmp 0:start
start:
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    mov ax, 0xb800
    mov es, ax
    cld
    sti
    mov ax, [TICKS]
    mov [seed], ax

new_game:
    mov ax, 3                           ; mode 3: 80 by 25, which clears the screen as well
    int 0x10
    mov ah, 1
    mov cx, 0x2000                      ; no cursor
    int 0x10
    xor di, di
    mov ax, WALL
    mov cx, 81                          ; the top, and the next row's left end
    rep stosw
    mov bl, 23
.row:
    add di, ROW - 4
    stosw                               ; this row's right end, and the next one's left end
    stosw
    dec bl
    jnz .row
    mov cx, 79
    rep stosw

    mov di, 12 * ROW + 40 * 2
    mov word [step], 2                  ; to the right
    xor ax, ax
    xor bp, bp
    mov word [tail], 2                  ; where `draw` puts the first cell
    mov [score], ax
    mov word [grow], 4
    call show_score
    call place_food
    jmp draw

; Every second tick of the clock is a move. HLT sleeps until the next interrupt.
wait_for_tick:
    hlt
    mov ax, [TICKS]
    sub ax, [last]
    cmp ax, 2
    jb wait_for_tick
    add [last], ax

; One key a move, so that two quick turns are two turns. AH is the scan code.
    mov ah, 1
    int 0x16
    jz move
    mov ah, 0
    int 0x16
    mov cx, -ROW
    cmp ah, 0x48                        ; up
    je turn
    neg cx
    cmp ah, 0x50                        ; down
    je turn
    mov cx, -2
    cmp ah, 0x4b                        ; left
    je turn
    neg cx
    cmp ah, 0x4d                        ; right
    jne move
turn:
    mov ax, cx
    add ax, [step]
    jz move                             ; straight back: no
    mov [step], cx

move:
    cmp word [grow], 0                  ; a growing snake leaves its tail where it is
    je .drop_tail
    dec word [grow]
    jmp .advance
.drop_tail:
    mov bx, [tail]
    mov si, [bx + RING]
    mov word [es:si], BLANK
    inc bx
    inc bx
    and bx, RING_MASK
    mov [tail], bx
.advance:
    add di, [step]
    mov al, [es:di]
    cmp al, BLANK & 0xff
    je draw
    cmp al, FOOD & 0xff
    jne crash
    add word [grow], 4
    inc word [score]
    call show_score
    mov word [es:di], BODY              ; so that the next food doesn't come here
    call place_food
draw:
    mov word [es:di], BODY
    inc bp
    inc bp
    and bp, RING_MASK
    mov [bp + RING], di
    jmp wait_for_tick

crash:
    mov word [es:di], CRASH
    mov ah, 0
    int 0x16
    jmp new_game

; A star in a blank cell, by chance: a generator that goes through all 16-bit numbers.
place_food:
    imul ax, [seed], 25173
    add ax, 13849
    mov [seed], ax
    xor dx, dx
    mov cx, 2000
    div cx
    mov bx, dx
    add bx, bx
    cmp word [es:bx], BLANK
    jne place_food
    mov word [es:bx], FOOD
    ret

; The score's digits, from the last one, in the wall at the top.
show_score:
    mov ax, [score]
    mov bx, 10 * 2
    mov cx, 10
.digit:
    xor dx, dx
    div cx
    add dx, 0x0f00 + '0'
    mov [es:bx], dx
    dec bx
    dec bx
    test ax, ax
    jnz .digit
    ret

    times 510 - ($ - $$) db 0
    dw 0xaa55

    absolute 0x7e00
step: resw 1                            ; bytes from a cell to the next: 2, -2, 160 or -160
tail: resw 1                            ; its place in the ring
grow: resw 1                            ; moves for which the tail stays
score: resw 1
last: resw 1                            ; the tick of the last move
seed: resw 1
