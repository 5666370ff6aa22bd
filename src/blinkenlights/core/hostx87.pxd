# The host's x87 unit: one instruction at a time on 80-bit operands in memory.
#
# Cython has no word for these, and C's long double loses what must be exact (precision control,
# exception flags, C1, signalling NaNs, unmasked responses), so this is the machine's own code. Each
# list below names an operation and its assembler text; the templates make two forms of each:
#   quick: all exceptions masked, returns the status word; flags of earlier operations may stand in it
#   full:  any control word, flags clean, leaves the whole state as FNSAVE writes it
# The x87 stack of the host is empty before and after (as the C ABI has it between functions).

from blinkenlights.core.state cimport *

cdef extern from *:
    """
    #ifndef BLINK_HOSTX87
    #define BLINK_HOSTX87
    #include <stdint.h>
    #include <string.h>

    /* FNSAVE's 28-byte environment, and the registers from ST(0) on */
    typedef struct __attribute__((packed)) {
        uint16_t cw, r0, sw, r1, tw, r2;
        uint32_t fip, fop, fdp, fds;
        uint8_t st[8][10];
    } X87Image;

    /* a = ST(0), b = ST(1) */
    #define X87_PAIRS(X) \\
        X(ADD, "fadd %%st(1), %%st") X(MUL, "fmul %%st(1), %%st") X(SUB, "fsub %%st(1), %%st") \\
        X(SUBR, "fsubr %%st(1), %%st") X(DIV, "fdiv %%st(1), %%st") X(DIVR, "fdivr %%st(1), %%st") \\
        X(COM, "fcom %%st(1)") X(UCOM, "fucom %%st(1)") X(TST, "ftst") X(XAM, "fxam") \\
        X(SQRT, "fsqrt") X(RNDINT, "frndint") X(SCALE, "fscale") X(PREM, "fprem") X(PREM1, "fprem1") \\
        X(F2XM1, "f2xm1") X(SIN, "fsin") X(COS, "fcos") X(SINCOS, "fsincos") X(PTAN, "fptan") \\
        X(PATAN, "fpatan") X(YL2X, "fyl2x") X(YL2XP1, "fyl2xp1") X(XTRACT, "fxtract")
    /* a = ST(0), b = a float (4 bytes) or double in memory */
    #define X87_MEMORY(X) \\
        X(ADD4, "fadds %[b]") X(MUL4, "fmuls %[b]") X(SUB4, "fsubs %[b]") X(SUBR4, "fsubrs %[b]") \\
        X(DIV4, "fdivs %[b]") X(DIVR4, "fdivrs %[b]") X(COM4, "fcoms %[b]") \\
        X(ADD8, "faddl %[b]") X(MUL8, "fmull %[b]") X(SUB8, "fsubl %[b]") X(SUBR8, "fsubrl %[b]") \\
        X(DIV8, "fdivl %[b]") X(DIVR8, "fdivrl %[b]") X(COM8, "fcoml %[b]")
    #define X87_LOADS(X) \\
        X(LOAD4, "flds %[m]") X(LOAD8, "fldl %[m]") X(LOADI, "fildll %[m]") X(LOADB, "fbld %[m]") \\
        X(ONE, "fld1") X(L2T, "fldl2t") X(L2E, "fldl2e") X(PI, "fldpi") X(LG2, "fldlg2") X(LN2, "fldln2") \\
        X(NOUGHT, "fldz")
    #define X87_STORES(X) \\
        X(STORE4, "fstps %[m]") X(STORE8, "fstpl %[m]") X(STOREB, "fbstp %[m]") \\
        X(STOREI2, "fistps %[m]") X(STOREI4, "fistpl %[m]") X(STOREI8, "fistpll %[m]") \\
        X(TRUNC2, "fisttps %[m]") X(TRUNC4, "fisttpl %[m]") X(TRUNC8, "fisttpll %[m]")
    #define X87_NAME(name, text) X87_##name,
    enum { X87_PAIRS(X87_NAME) X87_MEMORY(X87_NAME) X87_LOADS(X87_NAME) X87_STORES(X87_NAME) X87_COUNT };

    #if defined(__x86_64__)
    #define X87_NATIVE 1
    #define X87_STACK "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "memory"
    typedef struct { uint8_t bytes[10]; } X87Cell;
    #define X87_INLINE static inline __attribute__((always_inline))

    X87_INLINE void x87_set_cw(uint16_t cw) { __asm__ volatile("fldcw %0" :: "m"(cw)); }
    X87_INLINE void x87_clear(void) { __asm__ volatile("fnclex" ::: "memory"); }

    X87_INLINE uint16_t x87_quick(int which, void *result, const void *pa, const void *pb) {
        const X87Cell *a = (const X87Cell *)pa;
        X87Cell *r = (X87Cell *)result;
        uint16_t sw = 0;
        switch (which) {
        #define X(name, text) case X87_##name: { const X87Cell *b = (const X87Cell *)pb; \\
            __asm__ volatile("fldt %[b]\\n fldt %[a]\\n " text "\\n fnstsw %[sw]\\n fstpt %[r]\\n fstp %%st(0)" \\
                : [r] "=m"(*r), [sw] "=a"(sw) : [a] "m"(*a), [b] "m"(*b) : X87_STACK); } break;
        X87_PAIRS(X)
        #undef X
        #define X(name, text) case X87_##name: { const double *b = (const double *)pb; \\
            __asm__ volatile("fldt %[a]\\n " text "\\n fnstsw %[sw]\\n fstpt %[r]" \\
                : [r] "=m"(*r), [sw] "=a"(sw) : [a] "m"(*a), [b] "m"(*b) : X87_STACK); } break;
        X87_MEMORY(X)
        #undef X
        #define X(name, text) case X87_##name: \\
            __asm__ volatile(text "\\n fnstsw %[sw]\\n fstpt %[r]" \\
                : [r] "=m"(*r), [sw] "=a"(sw) : [m] "m"(*a) : X87_STACK); break;
        X87_LOADS(X)
        #undef X
        #define X(name, text) case X87_##name: \\
            __asm__ volatile("fldt %[a]\\n " text "\\n fnstsw %[sw]" \\
                : [m] "=m"(*r), [sw] "=a"(sw) : [a] "m"(*a) : X87_STACK); break;
        X87_STORES(X)
        #undef X
        }
        return sw;
    }

    X87_INLINE void x87_full(int which, X87Image *image, uint16_t cw, const void *pa, const void *pb) {
        const X87Cell *a = (const X87Cell *)pa;
        switch (which) {
        #define X(name, text) case X87_##name: { const X87Cell *b = (const X87Cell *)pb; \\
            __asm__ volatile("fninit\\n fldcw %[cw]\\n fldt %[b]\\n fldt %[a]\\n " text "\\n fnsave %[i]" \\
                : [i] "=m"(*image) : [cw] "m"(cw), [a] "m"(*a), [b] "m"(*b) : X87_STACK); } break;
        X87_PAIRS(X)
        #undef X
        #define X(name, text) case X87_##name: { const double *b = (const double *)pb; \\
            __asm__ volatile("fninit\\n fldcw %[cw]\\n fldt %[a]\\n " text "\\n fnsave %[i]" \\
                : [i] "=m"(*image) : [cw] "m"(cw), [a] "m"(*a), [b] "m"(*b) : X87_STACK); } break;
        X87_MEMORY(X)
        #undef X
        #define X(name, text) case X87_##name: { X87Cell *m = (X87Cell *)pb; \\
            __asm__ volatile("fninit\\n fldcw %[cw]\\n fldt %[a]\\n " text "\\n fnsave %[i]" \\
                : [i] "=m"(*image), [m] "=m"(*m) : [cw] "m"(cw), [a] "m"(*a) : X87_STACK); } break;
        X87_STORES(X)
        #undef X
        }
    }
    #else
    #define X87_NATIVE 0  /* see core/x87.pxd */
    static inline void x87_set_cw(uint16_t cw) {}
    static inline void x87_clear(void) {}
    static inline uint16_t x87_quick(int which, void *result, const void *a, const void *b) { return 0; }
    static inline void x87_full(int which, X87Image *image, uint16_t cw, const void *a, const void *b) {}
    #endif
    #endif
    """
    ctypedef struct X87Image:
        u16 cw
        u16 sw
        u16 tw
        u8 st[8][10]
    enum:
        X87_NATIVE
        X87_ADD, X87_MUL, X87_SUB, X87_SUBR, X87_DIV, X87_DIVR, X87_COM, X87_UCOM
        X87_TST, X87_XAM, X87_SQRT, X87_RNDINT, X87_SCALE, X87_PREM, X87_PREM1
        X87_F2XM1, X87_SIN, X87_COS, X87_SINCOS, X87_PTAN, X87_PATAN, X87_YL2X, X87_YL2XP1, X87_XTRACT
        X87_ADD4, X87_MUL4, X87_SUB4, X87_SUBR4, X87_DIV4, X87_DIVR4, X87_COM4
        X87_ADD8, X87_MUL8, X87_SUB8, X87_SUBR8, X87_DIV8, X87_DIVR8, X87_COM8
        X87_LOAD4, X87_LOAD8, X87_LOADI, X87_LOADB
        X87_ONE, X87_L2T, X87_L2E, X87_PI, X87_LG2, X87_LN2, X87_NOUGHT
        X87_STORE4, X87_STORE8, X87_STOREB, X87_STOREI2, X87_STOREI4, X87_STOREI8
        X87_TRUNC2, X87_TRUNC4, X87_TRUNC8
    void x87_set_cw(u16 cw) noexcept nogil
    void x87_clear() noexcept nogil
    # `result`: 10 bytes (stores: up to 10); `a`, `b`: operands as the lists above say
    u16 x87_quick(int which, void *result, const void *a, const void *b) noexcept nogil
    # stores write to `b`; loads have no full form
    void x87_full(int which, X87Image *image, u16 cw, const void *a, const void *b) noexcept nogil
