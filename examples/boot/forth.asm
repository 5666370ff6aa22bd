; A Forth in a boot sector and the one behind it, which it loads: `3 4 + .` answers `7`, `: square dup * ;` makes a word.
;
; Numbers are 16-bit, signed, decimal. Words: + - * / mod . dup swap drop over : ;
; What it can't do it says, drops the stack and any unfinished definition, and goes on:
;   what?    no such word or number        stack?   too few numbers on the stack, or too many
;   divide?  by zero, or a quotient too large        full?   no room for more definitions

    bits 16
    org 0x7c00                          ; where the BIOS loads a boot sector

LINE equ 0x600                          ; the line being typed
LINE_SIZE equ 76
STACK_END equ 0x5000                    ; the data stack grows down to here ...
STACK equ 0x6000                        ; ... from here; BP points at its top
DICTIONARY equ 0x8000                   ; new words are compiled here, behind the two sectors
DICTIONARY_END equ 0xff00
IMMEDIATE equ 0x80                      ; in a word's length: it runs even within a definition

    jmp 0:start                         ; CS was 0 or 7C0h; from here it is 0
start:
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    cld
    mov sp, 0x7c00
    mov ax, 0x0201                      ; INT 13h: read 1 sector, of the drive that the BIOS left in DL,
    mov bx, 0x7e00                      ; to here,
    mov cx, 2                           ; from cylinder 0, sector 2 (they count from 1),
    mov dh, 0                           ; head 0
    int 0x13
    jnc loaded
    hlt

loaded:
    xor ax, ax
    mov word [0], divide_error          ; interrupt 0: the processor can't divide
    mov [2], ax
restart:
    mov sp, 0x7c00
    mov bp, STACK
    sti                                 ; an interrupt may have led here
    mov byte [compiling], 0
    mov ax, [definition]                ; forget an unfinished definition
    mov [here], ax

; Read a line. Each character is stored at DI and shown; Backspace takes one back.
read_line:
    mov di, LINE
.key:
    mov ah, 0
    int 0x16
    cmp al, 13
    je .enter
    cmp al, 8
    je .backspace
    cmp al, ' '
    jb .key
    cmp di, LINE + LINE_SIZE
    je .key
    stosb
    call print_char
    jmp .key
.backspace:
    cmp di, LINE
    je .key
    dec di
    mov si, rubout
    call print
    jmp .key
.enter:
    mov byte [di], 0
    mov word [next], LINE
    mov al, ' '
    call print_char

; Look each word of the line up, and run it, or compile a call of it.
interpret:
    call next_word
    jcxz .end_of_line
    mov bx, latest
.search:
    mov bx, [bx]                        ; an entry: link, length, name, code
    test bx, bx
    jz number
    mov al, [bx + 2]
    and al, ~IMMEDIATE
    cmp al, cl
    jne .search
    lea di, [bx + 3]
    push si
    push cx
    repe cmpsb
    pop cx
    pop si
    jne .search                         ; else DI has arrived at the code
    mov ax, di
    cmp byte [compiling], 0
    je .run
    test byte [bx + 2], IMMEDIATE
    jnz .run
    call compile_call
    jmp interpret
.run:
    call ax
    jmp interpret
.end_of_line:
    mov si, ok
    call print
    jmp read_line

; No word: the CX characters at SI are a number, or an error.
number:
    xor bx, bx
    mov dl, [si]
    cmp dl, '-'
    jne .digit
    inc si
    dec cx
    jz .undefined
.digit:
    lodsb
    sub al, '0'
    cmp al, 9
    ja .undefined
    cbw
    imul bx, bx, 10
    add bx, ax
    loop .digit
    cmp dl, '-'
    jne .positive
    neg bx
.positive:
    cmp byte [compiling], 0
    jne .compile
    xchg ax, bx
    call push_ax
    jmp interpret
.compile:
    mov ax, literal                     ; `call literal`, and the number behind it
    call compile_call
    xchg ax, bx
    stosw
    mov [here], di
    jmp interpret
.undefined:
    mov si, what

; Show the message at SI and start over.
complain:
    call print
    mov si, ok.newline
    call print
    jmp restart
divide_error:
    mov si, divide
    jmp complain

; SI, CX: the next word of the line and its length; 0 at the end.
next_word:
    mov si, [next]
.skip:
    lodsb
    cmp al, ' '
    je .skip
    dec si
    mov di, si
.more:
    cmp byte [di], ' '
    jbe .end
    inc di
    jmp .more
.end:
    mov [next], di
    mov cx, di
    sub cx, si
    ret

; Compile a call of the routine at AX. DI: where the next byte goes.
compile_call:
    call room
    mov byte [di], 0xe8                 ; CALL, whose displacement counts from behind it
    inc di
    sub ax, di
    dec ax
    dec ax
    stosw
    mov [here], di
    ret

room:
    mov di, [here]
    cmp di, DICTIONARY_END
    mov si, full
    ja complain
    ret

push_ax:
    cmp bp, STACK_END
    je stack_error
    dec bp
    dec bp
    mov [bp], ax
    ret

pop_two:                                ; CX: the top, AX: what is below
    call pop_ax
    xchg ax, cx
pop_ax:
    cmp bp, STACK
    je stack_error
    mov ax, [bp]
    inc bp
    inc bp
    ret
stack_error:
    mov si, stack
    jmp complain

literal:                                ; push the number behind the call; go on behind that
    pop si
    lodsw
    push si
    jmp push_ax

print:                                  ; the text at SI, which ends with 0
    lodsb
    test al, al
    jz print_char.done
    call print_char
    jmp print
print_char:
    mov ah, 0x0e
    mov bx, 7
    int 0x10
.done:
    ret

    times 510 - ($ - $$) db 0
    dw 0xaa55                           ; what makes it a boot sector

; The second sector: the words. `word` begins an entry, which links to the one before.
%define LATEST 0
%macro word 1-2 0                       ; NAME, IMMEDIATE or nothing
%%entry:
    dw LATEST
    db %%end - %%name | %2
%%name:
    db %1
%%end:
%xdefine LATEST %%entry
%endmacro

    word '+'
    call pop_two
    add ax, cx
    jmp push_ax

    word '-'
    call pop_two
    sub ax, cx
    jmp push_ax

    word '*'
    call pop_two
    imul cx
    jmp push_ax

    word '/'
    call pop_two
    cwd
    idiv cx
    jmp push_ax

    word 'mod'
    call pop_two
    cwd
    idiv cx
    xchg ax, dx
    jmp push_ax

    word 'drop'
    jmp pop_ax

    word 'dup'
    call pop_ax
    call push_ax
    jmp push_ax

    word 'swap'
    call pop_two
push_swapped:                           ; CX, then AX
    xchg ax, cx
    call push_ax
    xchg ax, cx
    jmp push_ax

    word 'over'
    call pop_two
    call push_ax
    jmp push_swapped

    word '.'
    call pop_ax
    test ax, ax
    jns .positive
    neg ax
    push ax
    mov al, '-'
    call print_char
    pop ax
.positive:
    call print_number
    mov al, ' '
    jmp print_char
print_number:                           ; the digits before the last one first, by calling itself
    xor dx, dx
    mov cx, 10
    div cx
    push dx
    test ax, ax
    jz .last
    call print_number
.last:
    pop ax
    add al, '0'
    jmp print_char

    word ':', IMMEDIATE                 ; an entry with the next word as its name
    call next_word
    jcxz undefined
    cmp byte [compiling], 0
    jne undefined
    push si
    call room
    pop si
    mov ax, [latest]
    stosw
    mov al, cl
    stosb
    rep movsb
    mov [here], di
    inc byte [compiling]
    ret
undefined:
    jmp number.undefined

    word ';', IMMEDIATE                 ; only now can the new word be found: none calls itself
    dec byte [compiling]
    js undefined
    mov di, [here]
    mov al, 0xc3                        ; RET
    stosb
    mov [here], di
    xchg di, [definition]
    mov [latest], di
    ret

rubout: db 8, ' ', 8, 0
what: db 'what?', 0
stack: db 'stack?', 0
divide: db 'divide?', 0
full: db 'full?', 0
ok: db 'ok'
.newline: db 13, 10, 0

latest: dw LATEST                       ; the newest word's entry
definition: dw DICTIONARY               ; where the definition being compiled begins
here: dw DICTIONARY                     ; where its next byte goes
compiling: db 0
next equ LINE - 2                       ; where the line's next word is looked for

    times 1024 - ($ - $$) db 0
