; A 64-bit kernel in one boot sector: from real mode straight to long mode, with page tables, an interrupt
; table and the timer's interrupt. It shows a text and how often the timer has come.

    bits 16
    org 0x7c00

PML4 equ 0x1000                         ; the page tables' levels
PDPT equ 0x2000
PD equ 0x3000
IDT equ 0x4000
PRESENT_WRITABLE equ 3
LARGE equ 0x80                          ; the entry is for 2 MiB itself
TIMER equ 0x20                          ; the vector that the timer gets
CODE equ gdt.code - gdt
SCREEN equ 0xb8000

    jmp 0:start
start:
    cli
    xor eax, eax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7c00
    cld
    mov ax, 3                           ; text mode, an empty screen
    int 0x10
    cli

; Page tables: the first 2 MiB where they are.
    mov di, PML4
    xor eax, eax
    mov cx, 0x4000 / 4                  ; three tables, and the interrupt table
    rep stosd
    mov word [PML4], PDPT + PRESENT_WRITABLE
    mov word [PDPT], PD + PRESENT_WRITABLE
    mov word [PD], PRESENT_WRITABLE + LARGE

; The interrupt controllers' vectors 8 to 15 are exceptions' here: move them to 20h and 28h.
    mov si, pic_commands
.command:
    lodsw                               ; AL: the port, AH: the value
    movzx dx, al
    mov al, ah
    out dx, al
    cmp si, pic_commands.end
    jb .command

; Long mode: PAE in CR4, the tables in CR3, LME in EFER; paging and protection in CR0 switch it on.
    mov eax, 0x20
    mov cr4, eax
    mov eax, PML4
    mov cr3, eax
    mov ecx, 0xc0000080
    rdmsr
    or ah, 1
    wrmsr
    lgdt [gdt_pointer]
    lidt [idt_pointer]
    mov eax, cr0
    or eax, 0x80000001
    mov cr0, eax
    jmp CODE:main                       ; to a segment of 64-bit code

pic_commands:
    db 0x20, 0x11, 0xa0, 0x11           ; begin, with four commands each
    db 0x21, TIMER, 0xa1, TIMER + 8     ; first vectors
    db 0x21, 4, 0xa1, 2                 ; the second one is at line 2 of the first
    db 0x21, 1, 0xa1, 1                 ; as PCs have them
    db 0x21, 0xfe, 0xa1, 0xff           ; all lines are off but the timer's
.end:

gdt_pointer:
    dw gdt.end - gdt - 1
    dd gdt
idt_pointer:
    dw (TIMER + 1) * 16 - 1
    dd IDT
    align 8
gdt:
    dq 0
.code:
    dq 0x00209a0000000000               ; present, code, 64-bit
.data:
    dq 0x0000920000000000               ; present, data, writable
.end:

    bits 64
main:
    mov ax, gdt.data - gdt
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov esp, 0x7c00

; The gate of the timer: the handler's address in parts, and what kind of gate.
    mov word [IDT + TIMER * 16], timer
    mov word [IDT + TIMER * 16 + 2], CODE
    mov word [IDT + TIMER * 16 + 4], 0x8e00

    mov esi, text
    mov edi, SCREEN
    mov ah, 0x1f
.character:
    lodsb
    test al, al
    jz .shown
    stosw
    jmp .character
.shown:
    xor r8d, r8d                        ; counts
    sti

; Sleep until an interrupt, then show the count: its digits, from the last one.
.sleep:
    hlt
    mov rax, r8
    mov edi, SCREEN + 2 * (text_end - text + 8)
    mov ecx, 10
.digit:
    xor edx, edx
    div rcx
    add edx, 0x0e00 + '0'
    mov [rdi], dx
    sub edi, 2
    test rax, rax
    jnz .digit
    jmp .sleep

timer:
    inc r8
    push rax
    mov al, 0x20                        ; tell the controller that it is served
    out 0x20, al
    pop rax
    iretq

text: db 'Long mode. Ticks: ', 0
text_end:

    times 510 - ($ - $$) db 0
    dw 0xaa55
