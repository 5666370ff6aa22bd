; Paddle, ball and bricks in one boot sector, in graphics mode 13h: 320 by 200 pixels, a byte each.
; Left and Right move the paddle. A ball that gets past it ends the game; then any key begins the next.
;
; The screen is the board: the ball looks at the pixels under its corners to see what it has hit.

    bits 16
    org 0x7c00

TICKS equ 0x46c                         ; the BIOS counts the timer's interrupts here
TIMER_HZ equ 1193182
PICTURES equ 60                         ; a second
WIDTH equ 320
HEIGHT equ 200

BALL equ 14                             ; colours
PADDLE equ 15
LOST equ 4
FIRST_BRICK equ 32                      ; a row's bricks share a colour: this one, and those behind it

BALL_SIZE equ 4
STEP equ 2                              ; pixels, both ways
PADDLE_WIDTH equ 48
PADDLE_STEP equ 16
PADDLE_Y equ 188
BRICK_WIDTH equ 20
BRICK_HEIGHT equ 8
BRICKS_Y equ 24
BRICK_ROWS equ 5
BRICKS equ BRICK_ROWS * WIDTH / BRICK_WIDTH

    jmp 0:start
start:
    xor ax, ax
    mov ds, ax
    mov ss, ax
    mov sp, 0x7c00
    mov ax, 0xa000
    mov es, ax
    cld
    mov al, 0x34                        ; timer 0: a pulse (mode 2) for each so many counts, low byte first
    out 0x43, al
    mov ax, TIMER_HZ / PICTURES
    out 0x40, al
    mov al, ah
    out 0x40, al
    sti

new_game:
    mov ax, 0x13                        ; which clears the screen as well
    int 0x10
    mov ax, BRICKS_Y
    mov dx, (BRICK_HEIGHT - 1) << 8 | FIRST_BRICK
.row:
    xor bx, bx
    mov cx, BRICK_WIDTH - 1             ; a pixel to each side stays dark
.brick:
    call box
    add bx, BRICK_WIDTH
    cmp bx, WIDTH
    jb .brick
    inc dx
    add ax, BRICK_HEIGHT
    cmp ax, BRICKS_Y + BRICK_ROWS * BRICK_HEIGHT
    jb .row
    mov word [bricks], BRICKS
    mov word [ball_x], 160
    mov word [ball_y], 100
    mov word [step_x], STEP
    mov word [step_y], STEP
    mov word [paddle], (WIDTH - PADDLE_WIDTH) / 2
    mov dl, BALL
    call draw_ball
    mov dl, PADDLE
    call draw_paddle

; A tick of the clock is a picture. HLT sleeps until the next interrupt.
wait_for_tick:
    hlt
    mov ax, [TICKS]
    cmp ax, [last]
    je wait_for_tick
    mov [last], ax

; All keys that came meanwhile. AH is the scan code.
.key:
    mov ah, 1
    int 0x16
    jz .no_key
    mov ah, 0
    int 0x16
    mov bx, -PADDLE_STEP
    cmp ah, 0x4b                        ; left
    je .move
    neg bx
    cmp ah, 0x4d                        ; right
    jne .key
.move:
    add bx, [paddle]
    cmp bx, WIDTH - PADDLE_WIDTH        ; -16 is a large number here
    ja .key
    mov dl, 0
    call draw_paddle
    mov [paddle], bx
    mov dl, PADDLE
    call draw_paddle
    jmp .key
.no_key:
    call move_ball
    mov dl, PADDLE                      ; the ball may have covered a part of it
    call draw_paddle
    jmp wait_for_tick

move_ball:
    mov dl, 0
    call draw_ball
    mov ax, [ball_x]
    add ax, [step_x]
    mov [ball_x], ax
    jz .side
    cmp ax, WIDTH - BALL_SIZE
    jb .across
.side:
    neg word [step_x]
.across:
    mov ax, [ball_y]
    add ax, [step_y]
    mov [ball_y], ax
    jnz .below_top
    neg word [step_y]
.below_top:
    cmp ax, HEIGHT - BALL_SIZE
    jae lost

; What is under its corners? So it never covers a part of a brick.
    mov byte [hit], 0
    mov si, corners
.corner:
    lodsw                               ; AL across, AH down
    movzx bx, ah
    add bx, [ball_y]
    cbw
    add ax, [ball_x]
    imul di, bx, WIDTH
    add di, ax
    mov cl, [es:di]
    cmp cl, PADDLE
    je .paddle
    cmp cl, FIRST_BRICK
    jb .next

; A brick: its corner is this place, rounded down to whole bricks.
    mov byte [hit], 1
    mov dl, BRICK_WIDTH
    div dl
    mul dl
    xchg ax, bx
    and ax, -BRICK_HEIGHT
    mov cx, BRICK_WIDTH
    mov dx, BRICK_HEIGHT << 8           ; colour 0
    call box
    dec word [bricks]
    jnz .next
    pop ax                              ; all are gone: the caller isn't wanted any more
    jmp new_game
.next:
    cmp si, corners.end
    jne .corner
    cmp byte [hit], 0
    je .draw
    neg word [step_y]
    jmp .draw

; The paddle: up, and to the side of its half that was hit.
.paddle:
    mov word [step_y], -STEP
    mov ax, [ball_x]
    sub ax, [paddle]
    cmp ax, PADDLE_WIDTH / 2
    mov ax, STEP
    jge .turn
    neg ax
.turn:
    mov [step_x], ax
.draw:
    mov dl, BALL
draw_ball:
    mov bx, [ball_x]
    mov ax, [ball_y]
    mov cx, BALL_SIZE
    mov dh, BALL_SIZE
    jmp box

lost:
    pop ax
    mov dl, LOST
    call draw_paddle
    mov ah, 0
    int 0x16
    jmp new_game

draw_paddle:                            ; in colour DL
    pusha
    mov bx, [paddle]
    mov ax, PADDLE_Y
    mov cx, PADDLE_WIDTH
    mov dh, 6
    call box
    popa
    ret

; Fill CX by DH pixels in colour DL, from column BX and row AX on.
box:
    pusha
    imul di, ax, WIDTH
    add di, bx
    mov al, dl
.row:
    push cx
    push di
    rep stosb
    pop di
    pop cx
    add di, WIDTH
    dec dh
    jnz .row
    popa
    ret

corners:
    db 0, 0, BALL_SIZE - 1, 0, 0, BALL_SIZE - 1, BALL_SIZE - 1, BALL_SIZE - 1
.end:

    times 510 - ($ - $$) db 0
    dw 0xaa55

    absolute 0x7e00
ball_x: resw 1                          ; its left upper corner
ball_y: resw 1
step_x: resw 1
step_y: resw 1
paddle: resw 1                          ; its left end
bricks: resw 1                          ; how many are left
last: resw 1                            ; the tick of the last picture
hit: resb 1                             ; whether the ball's last step hit a brick
