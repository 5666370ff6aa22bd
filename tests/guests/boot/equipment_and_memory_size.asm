; INT 11h and 12h answer from the BIOS data area.
%include "verdict.inc"
test:
    int 0x11
    cmp ax, [0x410]
    expect e, 1
    test al, 1
    expect nz, 2
    int 0x12
    cmp ax, [0x413]
    expect e, 3
    cmp ax, 639
    expect be, 4
    cmp ax, 600
    expect ae, 5
    pass
    end_of_sector
