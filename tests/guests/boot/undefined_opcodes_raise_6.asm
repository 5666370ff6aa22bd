; #UD: UD2, MOV to CS, LOCK where it may not be, LLDT in real mode, a register for LES.
%include "verdict.inc"
%include "real.inc"
test:
    faults 6, 1, ud2
    faults 6, 2, {db 0x8e, 0xc8}
    faults 6, 3, {db 0xf0, 0x90}
    faults 6, 4, {db 0x0f, 0x00, 0xd0}
    faults 6, 5, {db 0x0f, 0x00, 0xc0}
    faults 6, 6, {db 0x0f, 0xff, 0xc0}
    pass
    end_of_sector
