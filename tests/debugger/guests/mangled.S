# Names as C++ and Rust compilers make them; labels, sizes and aliases of every kind.
        .text
        .globl  _start
        .type   _start, @function
_start:
        call    _ZN5shape6Circle4areaEv
        call    _ZN3foo3bar17h0123456789abcdefE
        mov     $60, %eax
        xor     %edi, %edi
        syscall
.Lend:  .size   _start, . - _start

        .globl  _ZN5shape6Circle4areaEv
        .type   _ZN5shape6Circle4areaEv, @function
_ZN5shape6Circle4areaEv:
        nop
        ret
        .size   _ZN5shape6Circle4areaEv, . - _ZN5shape6Circle4areaEv

        .globl  _Z3addii
        .type   _Z3addii, @function
_Z3addii:
        lea     (%rdi,%rsi), %eax
        ret
        .size   _Z3addii, . - _Z3addii

        .globl  _ZplRK1AS1_
        .type   _ZplRK1AS1_, @function
_ZplRK1AS1_:
        ret
        .size   _ZplRK1AS1_, . - _ZplRK1AS1_

        .globl  _ZN3foo3bar17h0123456789abcdefE
        .type   _ZN3foo3bar17h0123456789abcdefE, @function
_ZN3foo3bar17h0123456789abcdefE:
        ret
        .size   _ZN3foo3bar17h0123456789abcdefE, . - _ZN3foo3bar17h0123456789abcdefE

        .type   _RNvNtCs1234_7mycrate3foo3bar, @function
_RNvNtCs1234_7mycrate3foo3bar:
        ret
        .size   _RNvNtCs1234_7mycrate3foo3bar, . - _RNvNtCs1234_7mycrate3foo3bar

        .globl  outer, weakly, _private
        .weak   weakly
        .type   outer, @function
        .type   weakly, @function
        .type   _private, @function
_private:
weakly:
outer:
        nop
inner:
        nop
        nop
        .size   outer, . - outer
        .size   weakly, . - weakly
        .size   _private, . - _private
        .skip   16, 0x90
after:  ret

        .data
        .globl  table
        .type   table, @object
table:  .quad   outer, inner
        .size   table, . - table
        .section .note.GNU-stack, "", @progbits
