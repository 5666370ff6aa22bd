; IDE: IDENTIFY, a sector by LBA through port 1f0h, and by cylinder; boots from the hard disk.
%define HARD_DISK
%include "verdict.inc"
%macro drive 2
    mov dx, 0x1f0 + %1
    mov al, %2
    out dx, al
%endmacro
%macro data_ready 1
    mov dx, 0x1f7
    mov ecx, 10000000
%%again:
    in al, dx
    test al, 0x80
    jnz %%busy
    test al, 8
    jnz %%there
%%busy:
    dec ecx
    jnz %%again
    fail %1
%%there:
%endmacro
test:
    cmp dl, 0x80
    expect e, 1
    drive 6, 0xe0
    drive 7, 0xec
    data_ready 2
    mov dx, 0x1f0
    mov cx, 256
    mov di, 0x8000
    rep insw
    test word [0x8000 + 49 * 2], 0x200
    expect nz, 3
    cmp dword [0x8000 + 60 * 2], 4096
    expect e, 4
    drive 2, 1
    drive 3, 0
    drive 4, 0
    drive 5, 0
    drive 6, 0xe0
    drive 7, 0x20
    data_ready 5
    mov dx, 0x1f0
    mov cx, 128
    mov di, 0x9000
    rep insd
    cmp word [0x91fe], 0xaa55
    expect e, 6
    mov si, 0x7c00
    mov di, 0x9000
    mov cx, 100
    rep cmpsb
    expect e, 7
    mov dx, 0x1f7
    in al, dx
    test al, 0x89
    expect z, 8
    pass
    end_of_sector
