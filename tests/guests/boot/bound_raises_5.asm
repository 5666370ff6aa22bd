; BOUND compares signed indices, both limits included.
%include "verdict.inc"
%include "real.inc"
test:
    catch 5
    mov word [resume], wrong
    mov ax, -3
    bound ax, [limits]
    mov ax, 10
    bound ax, [limits]
    mov ax, 11
    faults 5, 1, bound ax, [limits]
    mov ax, -4
    faults 5, 2, bound ax, [limits]
    pass
wrong:
    fail 3
    pass
limits: dw -3, 10
    end_of_sector
